#include "modules/auth/auth.h"

#include "modules/auth/challenge.h"
#include "modules/auth/rpid.h"
#include "test/unit/modules/auth/digest_client.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::sl
{
class Sl;
}
namespace junctor::auth
{
class Auth;
}

using namespace junctor;
using namespace junctor::auth;
using namespace std::chrono_literals;
using test::DigestClient;

namespace
{

struct Fixture {
    Fixture()
    {
        REQUIRE(sl.start());
        auth.context.modules["sl"] = &sl.module();
    }

    Authentication& authentication() { return dynamic_cast<Authentication&>(auth.module()); }
    // The headers of the only reply that was sent, and no longer is.
    std::string take_reply()
    {
        REQUIRE(env.transport.sent.size() == 1);
        std::string bytes = std::move(env.transport.sent.front().bytes);
        env.transport.sent.clear();
        return bytes;
    }
    std::unique_ptr<script::Message> from_alice(const std::string& headers,
                                                std::string_view method = "REGISTER")
    {
        return env.request("sip:example.test", headers, {}, method);
    }
    DigestClient challenged(int qop = 1)
    {
        auto request = from_alice("");
        REQUIRE(auth.call(*request, "www_challenge", {"", std::to_string(qop)}) == 0);
        const std::string reply = take_reply();
        DigestClient client;
        client.nonce = test::quoted_parameter(reply, "nonce");
        client.realm = test::quoted_parameter(reply, "realm");
        client.qop = qop != 0 ? "auth" : "";
        return client;
    }
    // Both steps, with the HA1 that a back end would find.
    Verdict authorise(script::Message& message, const std::string& password = "secret")
    {
        const auto found = authentication().pre_authorise(message, "", Kind::Www);
        if (found.verdict != Verdict::CheckResponse) return found.verdict;
        const auto& digest = found.credentials.digest;
        const std::string ha1 = sip::digest_ha1(digest.algorithm, digest.username, digest.realm, password);
        if (!authentication().response_matches(message, found.credentials, ha1))
            return Verdict::NotAuthorised;
        return authentication().post_authorise(message, found.credentials);
    }
    std::uint64_t statistic(std::string_view name) const
    {
        for (const Statistic& statistic : auth.loaded().statistics)
            if (statistic.name == name) return statistic.value();
        FAIL("no statistic " << name);
        return 0;
    }

    test::TestEnvironment env;
    test::ModuleUnderTest<sl::Sl> sl{env};
    test::ModuleUnderTest<auth::Auth> auth{env};
};

struct Started : Fixture {
    Started() { REQUIRE(auth.start()); }
};

using Catch::Contains;

}  // namespace

TEST_CASE_METHOD(Started, "www_challenge answers 401 and ends the script", "[auth]")
{
    auto request = from_alice("");
    CHECK(auth.call(*request, "www_challenge", {"somewhere.test", "0"}) == 0);
    const std::string reply = take_reply();
    CHECK_THAT(reply, Catch::StartsWith("SIP/2.0 401 Unauthorized\r\n"));
    CHECK_THAT(reply, Contains("WWW-Authenticate: Digest realm=\"somewhere.test\", nonce=\""));
    CHECK(reply.find("qop") == std::string::npos);
    CHECK(reply.find("algorithm") == std::string::npos);
    CHECK(reply.find("stale") == std::string::npos);
    CHECK(request->reply_headers.empty());  // another reply does not challenge
    CHECK(statistic("challenges") == 1);
}

TEST_CASE_METHOD(Started, "proxy_challenge answers 407 in the realm of From", "[auth]")
{
    auto request = env.request("sip:bob@elsewhere.test");
    CHECK(auth.call(*request, "proxy_challenge", {"", "1"}) == 0);
    const std::string reply = take_reply();
    CHECK_THAT(reply, Catch::StartsWith("SIP/2.0 407 Proxy Authentication Required\r\n"));
    CHECK_THAT(reply, Contains("Proxy-Authenticate: Digest realm=\"example.test\", nonce=\"") &&
                          Contains("\", qop=\"auth\"\r\n"));
}

TEST_CASE_METHOD(Fixture, "realm_prefix is cut from a realm that comes from the message", "[auth]")
{
    REQUIRE(auth.set("realm_prefix", "example."));
    REQUIRE(auth.start());
    auto request = from_alice("");
    CHECK(auth.call(*request, "www_challenge", {"", "0"}) == 0);
    CHECK_THAT(take_reply(), Contains("realm=\"test\""));
    CHECK(auth.call(*request, "www_challenge", {"example.test", "0"}) == 0);
    CHECK_THAT(take_reply(), Contains("realm=\"example.test\""));
}

TEST_CASE_METHOD(Started, "a challenge that the network refuses lets the script go on", "[auth]")
{
    env.transport.broken = true;
    auto request = from_alice("");
    CHECK(auth.call(*request, "www_challenge", {"", "0"}) == -1);
}

TEST_CASE_METHOD(Started, "credentials for our nonce are verified", "[auth]")
{
    for (const int qop : {0, 1}) {
        auto request = from_alice(challenged(qop).line());
        CHECK(authorise(*request) == Verdict::Authorised);
        CHECK_THAT(request->authorized_header, Catch::StartsWith("Authorization: Digest username=\"alice\""));
        CHECK(env.transport.sent.empty());
    }
}

TEST_CASE_METHOD(Started, "a wrong password and an empty HA1 are not authorised", "[auth]")
{
    auto request = from_alice(challenged().line());
    CHECK(authorise(*request, "wrong") == Verdict::NotAuthorised);
    CHECK(request->authorized_header.empty());
    const auto found = authentication().pre_authorise(*request, "", Kind::Www);
    REQUIRE(found.verdict == Verdict::CheckResponse);
    CHECK_FALSE(authentication().response_matches(*request, found.credentials, ""));
}

TEST_CASE_METHOD(Started, "no credentials, those of another realm and those for the proxy are none", "[auth]")
{
    CHECK(authorise(*from_alice("")) == Verdict::NotAuthorised);
    DigestClient client = challenged();
    client.realm = "elsewhere.test";
    CHECK(authorise(*from_alice(client.line())) == Verdict::NotAuthorised);
    client = challenged();
    client.header = "Proxy-Authorization";
    CHECK(authorise(*from_alice(client.line())) == Verdict::NotAuthorised);
    CHECK(authorise(*from_alice("Authorization: Bearer abc\r\n")) == Verdict::NotAuthorised);
    CHECK(env.transport.sent.empty());
}

TEST_CASE_METHOD(Started, "our credentials are found behind those of another realm", "[auth]")
{
    DigestClient ours = challenged(), other = ours;
    other.realm = "elsewhere.test";
    CHECK(authorise(*from_alice(other.line() + "Subject: x\r\n" + ours.line() + "Priority: normal\r\n")) ==
          Verdict::Authorised);
}

TEST_CASE_METHOD(Started, "broken credentials are answered with 400", "[auth]")
{
    DigestClient client = challenged();
    SECTION("without a response")
    {
        const std::string line =
            "Authorization: Digest username=\"alice\", realm=\"example.test\", nonce=\"" + client.nonce +
            "\", uri=\"sip:example.test\"\r\n";
        CHECK(authorise(*from_alice(line)) == Verdict::Answered);
    }
    SECTION("with qop but without cnonce")
    {
        std::string line = client.line();
        line.erase(line.find(", cnonce="), std::string(", cnonce=\"0a4f113b\"").size());
        CHECK(authorise(*from_alice(line)) == Verdict::Answered);
    }
    SECTION("with a user name of another domain")
    {
        client.username = "alice@elsewhere.test";
        CHECK(authorise(*from_alice(client.line())) == Verdict::Answered);
    }
    SECTION("with a qop that nobody knows")
    {
        client.qop = "auth-conf";
        CHECK(authorise(*from_alice(client.line())) == Verdict::Answered);
    }
    CHECK_THAT(take_reply(), Catch::StartsWith("SIP/2.0 400 Bad Request\r\n"));
}

TEST_CASE_METHOD(Started, "ACK and CANCEL need no credentials", "[auth]")
{
    CHECK(authorise(*from_alice("", "ACK")) == Verdict::Authorised);
    CHECK(authorise(*from_alice("", "CANCEL")) == Verdict::Authorised);
}

TEST_CASE_METHOD(Started, "a nonce of somebody else is met with a plain challenge", "[auth]")
{
    DigestClient client = challenged();
    client.nonce[20] = client.nonce[20] == 'a' ? 'b' : 'a';
    auto request = from_alice(client.line());
    CHECK(authorise(*request) == Verdict::NotAuthorised);
    CHECK(auth.call(*request, "www_challenge", {"", "1"}) == 0);
    CHECK(take_reply().find("stale") == std::string::npos);
}

TEST_CASE_METHOD(Started, "an expired nonce is stale: the phone need not ask its user again", "[auth]")
{
    const DigestClient client = challenged();
    env.clock.advance(300s);
    CHECK(authorise(*from_alice(client.line())) == Verdict::Authorised);
    env.clock.advance(1s);
    DigestClient again = client;
    again.nc = "00000002";
    auto request = from_alice(again.line());
    SECTION("with the right password")
    {
        CHECK(authorise(*request) == Verdict::NotAuthorised);
        CHECK(statistic("stale_nonces") == 1);
        CHECK(auth.call(*request, "www_challenge", {"", "1"}) == 0);
        CHECK_THAT(take_reply(), Contains(", stale=true\r\n"));
    }
    SECTION("but not with a wrong one")
    {
        CHECK(authorise(*request, "wrong") == Verdict::NotAuthorised);
        CHECK(auth.call(*request, "www_challenge", {"", "1"}) == 0);
        CHECK(take_reply().find("stale") == std::string::npos);
    }
}

TEST_CASE_METHOD(Started, "a replay is refused, the next count is not", "[auth]")
{
    DigestClient client = challenged();
    CHECK(authorise(*from_alice(client.line())) == Verdict::Authorised);
    CHECK(authorise(*from_alice(client.line())) == Verdict::Authorised);  // byte for byte: a retransmission
    auto other = env.receive(
        "REGISTER sip:example.test SIP/2.0\nVia: SIP/2.0/UDP 203.0.113.66;branch=z9hG4bKevil\n"
        "From: <sip:alice@example.test>;tag=9\nTo: <sip:alice@example.test>\nCall-ID: evil\n"
        "CSeq: 1 REGISTER\nMax-Forwards: 70\n" +
        client.line() + "\n");
    CHECK(authorise(*other) == Verdict::NotAuthorised);
    CHECK(other->authorized_header.empty());
    CHECK(statistic("replays") == 1);
    client.nc = "00000002";
    CHECK(authorise(*from_alice(client.line())) == Verdict::Authorised);
    CHECK(statistic("remembered_nonces") == 1);
}

TEST_CASE_METHOD(Fixture, "without qop a nonce serves until it expires, or once by parameter", "[auth]")
{
    const bool once = GENERATE(false, true);
    REQUIRE(auth.set("one_time_nonce", once));
    REQUIRE(auth.start());
    const DigestClient client = challenged(0);
    CHECK(authorise(*from_alice(client.line())) == Verdict::Authorised);
    auto second = env.receive(
        "REGISTER sip:example.test SIP/2.0\nVia: SIP/2.0/UDP 203.0.113.66;branch=z9hG4bK2\n"
        "From: <sip:alice@example.test>;tag=9\nTo: <sip:alice@example.test>\nCall-ID: 2\n"
        "CSeq: 1 REGISTER\nMax-Forwards: 70\n" +
        client.line() + "\n");
    CHECK(authorise(*second) == (once ? Verdict::NotAuthorised : Verdict::Authorised));
}

TEST_CASE_METHOD(Fixture, "SHA-256 is offered first where the parameter says so (RFC 8760)", "[auth]")
{
    REQUIRE(auth.set("algorithm", "SHA-256,MD5"));
    REQUIRE(auth.start());
    auto request = from_alice("");
    CHECK(auth.call(*request, "www_challenge", {"", "1"}) == 0);
    const std::string reply = take_reply();
    const std::size_t sha = reply.find("algorithm=SHA-256"), md5 = reply.rfind("WWW-Authenticate: ");
    CHECK(sha != std::string::npos);
    CHECK(sha < md5);
    DigestClient client = challenged();
    CHECK(authorise(*from_alice(client.line())) == Verdict::Authorised);
    client.algorithm = sip::DigestAlgorithm::Sha256;
    client.nc = "00000002";
    CHECK(authorise(*from_alice(client.line())) == Verdict::Authorised);
}

TEST_CASE_METHOD(Started, "SHA-256 credentials are passed over where it is not offered", "[auth]")
{
    DigestClient client = challenged();
    client.algorithm = sip::DigestAlgorithm::Sha256;
    CHECK(authorise(*from_alice(client.line())) == Verdict::NotAuthorised);
}

TEST_CASE_METHOD(Started, "consume_credentials removes what was verified, and nothing else", "[auth]")
{
    const std::string line = challenged().line();
    auto request = from_alice("Subject: before\r\n" + line + "Priority: normal\r\n");
    CHECK(auth.call(*request, "consume_credentials") == -1);
    REQUIRE(authorise(*request) == Verdict::Authorised);
    CHECK(auth.call(*request, "consume_credentials") == 1);
    const std::string edited = env.edited(*request);
    CHECK(edited.find("Authorization") == std::string::npos);
    CHECK_THAT(edited, Contains("Subject: before\r\nPriority: normal\r\n"));
}

TEST_CASE_METHOD(Started, "append_rpid_hf writes the AVP between prefix and suffix", "[auth]")
{
    auto request = from_alice("");
    CHECK(auth.call(*request, "append_rpid_hf") == -1);
    request->avps().add({std::string("rpid")}, std::string("<sip:+491234@example.test>"));
    CHECK(auth.call(*request, "append_rpid_hf") == 1);
    CHECK_THAT(env.edited(*request), Contains("Remote-Party-ID: <sip:+491234@example.test>;party=calling;"
                                              "id-type=subscriber;screen=yes\r\n"));
    CHECK(auth.call(*request, "is_rpid_user_e164") == 1);
    CHECK(auth.call(*request, "append_rpid_hf", {"<", ">"}) == 1);
    request->avps().add({std::string("rpid")}, std::string("x\r\nEvil: y"));
    CHECK(auth.call(*request, "append_rpid_hf") == -1);
}

TEST_CASE("an E.164 number is + and 2 to 15 digits, wherever it stands", "[auth]")
{
    for (const char* good : {"+49123", "sip:+49123@h", "\"A\" <sip:+49123@h>;x", "+12", "+123456789012345"})
        CHECK(is_e164(good));
    for (const char* bad :
         {"", "+", "+1", "49123", "+abc", "+1234567890123456", "sip:h", "<nonsense>", "sip:49123@h"})
        CHECK_FALSE(is_e164(bad));
}

TEST_CASE_METHOD(Fixture, "parameters that cannot be are refused at start", "[auth]")
{
    SECTION("a lifetime of nothing")
    {
        REQUIRE(auth.set("nonce_expire", 0));
    }
    SECTION("an unknown algorithm")
    {
        REQUIRE(auth.set("algorithm", "SHA-512"));
    }
    SECTION("one algorithm twice")
    {
        REQUIRE(auth.set("algorithm", "MD5,MD5"));
    }
    SECTION("an AVP that is none")
    {
        REQUIRE(auth.set("rpid_avp", "rpid"));
    }
    SECTION("no room for nonces")
    {
        REQUIRE(auth.set("nonce_limit", 0));
    }
    SECTION("no sl")
    {
        auth.context.modules.clear();
    }
    CHECK_FALSE(auth.start());
}
