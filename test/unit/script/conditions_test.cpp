// Comparisons: config-language of OpenSER 1.2, sections 5.2 to 5.4.
#include "test/unit/script/run_script.h"

using namespace junctor;
using namespace junctor::script;
using junctor::script::test::ScriptRun;

namespace
{

struct Conditions : ScriptRun {
    // "true", "false" (an evaluation error, too), for the message at hand or an INVITE to
    // sip:bob@example.test.
    bool holds(const std::string& condition, Route kind = Route::Request)
    {
        ScriptRun run;
        run.env.dns.records = env.dns.records;
        run.message = make(run.env);
        const std::string head = kind == Route::OnReply ? "route { exit; } onreply_route {" : "route {";
        return run.run(
                   head + "$var(b)=5; $avp(s:a)=\"text\"; $avp(s:n)=7; if (" + condition + ") note(true); }",
                   kind) == "true";
    }
    std::function<std::unique_ptr<Message>(junctor::test::TestEnvironment&)> make =
        [](junctor::test::TestEnvironment& env) { return env.request("sip:bob@example.test"); };
};

}  // namespace

TEST_CASE_METHOD(Conditions, "method ignores case and takes patterns", "[script][conditions]")
{
    CHECK(holds("method==\"invite\""));
    CHECK(holds("method==INVITE"));
    CHECK_FALSE(holds("method!=\"INVITE\""));
    CHECK(holds("method=~\"^INV|^ACK\""));
    CHECK(holds("method!~\"BYE\""));
    CHECK_FALSE(holds("method==\"INVIT\""));
}

TEST_CASE_METHOD(Conditions, "uri is the text in force, in a reply the status", "[script][conditions]")
{
    CHECK(holds("uri==\"SIP:bob@example.test\""));
    CHECK(holds("uri=~\"^sip:[a-z]+@\""));
    CHECK(holds("rewriteuser(\"carol\") && uri==\"sip:carol@example.test\""));
    make = [](auto& env) { return env.reply(183, "Session Progress"); };
    CHECK(holds("status==\"183\"", Route::OnReply));
    CHECK(holds("status==183", Route::OnReply));
    CHECK(holds("status=~\"18[0-9]|2[0-9][0-9]\"", Route::OnReply));
    CHECK(holds("method==\"SIP/2.0\"", Route::OnReply));
    CHECK_FALSE(holds("method==\"INVITE\"", Route::OnReply));
    CHECK_FALSE(holds("uri==myself", Route::OnReply));
}

TEST_CASE_METHOD(Conditions, "myself compares host and port", "[script][conditions]")
{
    CHECK(holds("uri==myself"));
    CHECK(holds("myself==uri"));
    CHECK_FALSE(holds("uri!=myself"));
    CHECK_FALSE(holds("!uri==myself"));
    CHECK(holds("from_uri==myself"));
    CHECK(holds("dst_ip==myself"));
    CHECK_FALSE(holds("src_ip==myself"));
    CHECK(holds("$rd==myself"));
    CHECK(holds("$ru==myself"));
    make = [](auto& env) { return env.request("sip:bob@elsewhere.test"); };
    CHECK(holds("uri!=myself"));
    CHECK_FALSE(holds("$rd==myself"));
    make = [](auto& env) { return env.request("sip:bob@"); };
    CHECK_FALSE(holds("uri==myself"));  // an error, and so is its negation
    CHECK_FALSE(holds("uri!=myself"));
    CHECK_FALSE(holds("!(uri==myself)"));
}

TEST_CASE_METHOD(Conditions, "from_uri and to_uri are the URIs of From and To", "[script][conditions]")
{
    CHECK(holds("from_uri=~\"sip:alice@example\""));
    CHECK(holds("to_uri!=\"sip:nobody@example.test\""));
}

TEST_CASE_METHOD(Conditions, "addresses match addresses, networks and patterns", "[script][conditions]")
{
    // From 198.51.100.7:5062 to 192.0.2.1:5060.
    CHECK(holds("src_ip==198.51.100.7"));
    CHECK(holds("src_ip==198.51.100.0/24"));
    CHECK(holds("src_ip==198.51.100.0/255.255.255.0"));
    CHECK_FALSE(holds("src_ip!=198.51.100.0/24"));
    CHECK(holds("src_ip!=10.0.0.0/8"));
    CHECK_FALSE(holds("src_ip==::1"));
    CHECK(holds("src_ip==\"198.51.100.7\""));
    CHECK(holds("src_ip==\"198.51.100.0/24\""));  // 1.2 would resolve it as a host
    CHECK(holds("dst_ip==192.0.2.1"));
    CHECK(holds("src_ip=~\"^198\\.51\""));
}

TEST_CASE_METHOD(Conditions, "a host name is resolved, and the address' own names count",
                 "[script][conditions]")
{
    transport::DnsRecords address;
    address.addresses = {IpAddress::v4(0xC6336407)};
    env.dns.records[{"gw.example.test", transport::DnsType::A}] = address;
    transport::DnsRecords name;
    name.names = {"peer.example.net"};
    env.dns.records[{"7.100.51.198.in-addr.arpa", transport::DnsType::Ptr}] = name;
    CHECK(holds("src_ip==gw.example.test"));
    CHECK(holds("src_ip==peer.example.net"));
    CHECK(holds("src_ip=~\"example\\.net$\""));
    CHECK_FALSE(holds("src_ip==other.example.test"));
    CHECK(holds("src_ip!=other.example.test"));  // crashed the original
    CHECK_FALSE(holds("src_ip!=gw.example.test"));
}

TEST_CASE_METHOD(Conditions, "ports, protocol, family and length are numbers", "[script][conditions]")
{
    CHECK(holds("src_port==5062"));
    CHECK(holds("dst_port<=5060"));
    CHECK(holds("src_port>5060"));
    CHECK(holds("proto==UDP"));
    CHECK(holds("proto!=tcp"));
    CHECK(holds("proto==\"udp\""));
    CHECK(holds("af==inet"));
    CHECK_FALSE(holds("af==INET6"));
    CHECK(holds("msg:len > 50"));
    CHECK_FALSE(holds("msg:len >= max_len"));
}

TEST_CASE_METHOD(Conditions, "null equals nothing and differs from nothing", "[script][conditions]")
{
    CHECK(holds("$avp(s:none)==null"));
    CHECK_FALSE(holds("$avp(s:none)!=null"));
    CHECK(holds("$avp(s:a)!=NULL"));
    CHECK_FALSE(holds("$du==null"));  // empty is not null
    CHECK(holds("$du==\"\""));
    CHECK_FALSE(holds("$avp(s:none)==\"a\""));
    CHECK_FALSE(holds("$avp(s:none)!=\"a\""));
    CHECK(holds("!($avp(s:none)==\"a\")"));
    CHECK_FALSE(holds("$avp(s:a)!=$avp(s:none)"));
}

TEST_CASE_METHOD(Conditions, "variables compare as numbers where both are, else as texts",
                 "[script][conditions]")
{
    CHECK(holds("$var(b)==5"));
    CHECK(holds("$var(b)>-1"));
    CHECK(holds("$avp(s:n)>=7"));
    CHECK_FALSE(holds("$rU==100"));
    CHECK(holds("$rU==\"BOB\""));
    CHECK(holds("$rU!=\"alice\""));
    CHECK(holds("$rU<\"carol\""));
    CHECK(holds("$rU>=\"bo\""));  // a prefix comes first
    CHECK(holds("$rU=~\"^b.b$\""));
    CHECK(holds("$rU!~\"x\""));
    CHECK(holds("$avp(s:n)>$var(b)"));
    CHECK(holds("$avp(s:a)==$avp(s:a)"));
    CHECK(holds("$rU==bob"));
    CHECK(holds("$sp==5062"));
    CHECK(holds("$sp==\"5062\""));
}

TEST_CASE_METHOD(Conditions, "a pattern may come from a variable; a bad one is an error",
                 "[script][conditions]")
{
    CHECK(holds("($avp(s:p)=\"^B\") && $rU=~$avp(s:p)"));
    CHECK_FALSE(holds("($avp(s:p)=\"(\") && $rU=~$avp(s:p)"));
    CHECK_FALSE(holds("($avp(s:p)=\"(\") && $rU!~$avp(s:p)"));
}
