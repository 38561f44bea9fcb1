#include "test/unit/modules/usrloc/support.h"
#include "test/unit/support/fake_replies.h"

namespace junctor::registrar
{
class Registrar;
}

using namespace junctor;
using namespace junctor::test;
using namespace std::chrono_literals;
using Uris = std::vector<std::string>;

namespace
{

struct Fixture {
    explicit Fixture(int db_mode = 0) : server(db_mode)
    {
        registrar.context.modules = {{"sl", &replies}, {"usrloc", &server.usrloc.module()}};
    }
    void start()
    {
        REQUIRE(server.start());
        const auto started = registrar.start();
        INFO((started ? "" : started.error().text));
        REQUIRE(started);
    }

    std::unique_ptr<script::Message> request(const std::string& headers, std::uint32_t cseq = 1)
    {
        return server.env.receive(
            "REGISTER sip:example.test SIP/2.0\n"
            "Via: SIP/2.0/UDP 198.51.100.7:5062;branch=z9hG4bK1\n"
            "From: <sip:alice@example.test>;tag=a\nTo: <sip:alice@example.test>\n"
            "Call-ID: call-1\nCSeq: " +
            std::to_string(cseq) + " REGISTER\n" + headers + "\n");
    }
    // save() on a REGISTER with these headers: its code, and the answer's status and headers.
    int save(const std::string& headers, std::uint32_t cseq = 1, const std::string& flags = {})
    {
        const auto message = request(headers, cseq);
        return save(*message, flags);
    }
    int save(script::Message& message, const std::string& flags = {})
    {
        replies.sent.clear();
        const Worker::Here here(server.env.worker);
        std::vector<std::string> arguments{"location"};
        if (!flags.empty()) arguments.push_back(flags);
        return registrar.call(message, "save", arguments);
    }
    std::string answer() const
    {
        if (replies.sent.size() != 1) return "no answer";
        return std::to_string(replies.sent[0].code) + " " + replies.sent[0].reason + "\n" +
               replies.sent[0].headers;
    }
    usrloc::BindingPtr binding(std::size_t i = 0)
    {
        const auto found = server.location->find("alice");
        REQUIRE(i < found.size());
        return found[i];
    }

    LocationServer server;
    FakeReplies replies;
    ModuleUnderTest<registrar::Registrar> registrar{server.env};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "save() answers with all valid contacts", "[registrar]")
{
    start();
    CHECK(save("Contact: <sip:a@h>;expires=600;q=0.5, \"B\" <sip:b@h;ob>\nExpires: 1200\n") == 1);
    CHECK(answer() == "200 OK\nContact: <sip:a@h>;q=0.5;expires=600, <sip:b@h;ob>;expires=1200\r\n");
    server.pass(100s);
    CHECK(save("", 2) == 1);
    CHECK(answer() == "200 OK\nContact: <sip:a@h>;q=0.5;expires=500, <sip:b@h;ob>;expires=1100\r\n");

    SECTION("and with none there is no Contact")
    {
        CHECK(save("Contact: *\nExpires: 0\n", 3) == 1);
        CHECK(answer() == "200 OK\n");
        CHECK(server.uris().empty());
    }
    SECTION("a permanent one shows the default interval")
    {
        server.command("ul_add", {"location", "alice", "sip:p@h", "0", "1", "0", "0", "0", "1"});
        save("", 3);
        CHECK(answer().find("<sip:p@h>;q=1;expires=3600") != std::string::npos);
    }
}

TEST_CASE_METHOD(Fixture, "A binding holds what the REGISTER and the script say", "[registrar]")
{
    registrar.set("received_avp", "$avp(s:rcv)");
    registrar.set("default_q", 300);
    start();
    const auto message = request("Contact: <sip:a@h>\nUser-Agent: phone/1\nAllow: INVITE, ack\nAllow: BYE\n");
    message->target().flags = 64;
    message->avps().add({std::string("rcv")}, std::string("sip:198.51.100.7:5062"));
    CHECK(save(*message) == 1);
    CHECK(binding()->methods() == (1 | 4 | 8));
    CHECK(binding()->user_agent() == "phone/1");
    CHECK(binding()->cflags() == 64);
    CHECK(binding()->q() == 300);
    CHECK(binding()->received() == "sip:198.51.100.7:5062");
    REQUIRE(binding()->socket() != nullptr);
    CHECK(binding()->socket()->text() == "udp:192.0.2.1:5060");
    CHECK(answer() == "200 OK\nContact: <sip:a@h>;q=0.3;expires=3600;received=\"sip:198.51.100.7:5062\"\r\n");

    SECTION("a contact's own parameters go first, and concern it alone")
    {
        save("Contact: <sip:b@h>;received=\"sip:r@h\";methods=\"PRACK\", <sip:c@h>\n", 2);
        CHECK(binding(1)->received() == "sip:r@h");
        CHECK(binding(1)->methods() == 2048);
        CHECK(binding(2)->received().empty());
        CHECK(binding(2)->methods() == 0xffffffffU);
        CHECK(binding(2)->user_agent() == "n/a");
    }
}

TEST_CASE_METHOD(Fixture, "min_expires and max_expires bound what a phone asks for", "[registrar]")
{
    registrar.set("max_expires", 1800);
    start();
    save("Contact: <sip:a@h>;expires=10\n");
    CHECK(binding()->expires() == server.now() + 60);
    save("Contact: <sip:a@h>;expires=7200\n", 2);
    CHECK(binding()->expires() == server.now() + 1800);
    save("Contact: <sip:a@h>\nExpires: nonsense\n", 3);
    CHECK(binding()->expires() == server.now() + 1800);
    save("Contact: <sip:a@h>;expires=0\n", 4);
    CHECK(server.uris().empty());
}

TEST_CASE_METHOD(Fixture, "With refuse_short_expires a short interval is 423 (RFC 3261 §10.3 step 7)",
                 "[registrar]")
{
    registrar.set("refuse_short_expires", 1);
    start();
    CHECK(save("Contact: <sip:a@h>;expires=59\n") == 0);
    CHECK(answer() ==
          "423 Interval Too Brief\nP-Registrar-Error: Expires below the minimum\r\nMin-Expires: 60\r\n");
    CHECK(server.uris().empty());
    CHECK(save("Contact: <sip:a@h>;expires=60\n") == 1);
    CHECK(save("Contact: <sip:a@h>;expires=0\n", 2) == 1);
}

TEST_CASE("An hour is never too short", "[registrar]")
{
    Fixture f;
    f.registrar.set("refuse_short_expires", 1);
    f.registrar.set("min_expires", 7200);
    f.start();
    CHECK(f.save("Contact: <sip:a@h>;expires=3599\n") == 0);
    CHECK(f.save("Contact: <sip:a@h>;expires=3600\n") == 1);
    CHECK(f.binding()->expires() == f.server.now() + 7200);
}

TEST_CASE_METHOD(Fixture, "What cannot be read is refused with its reason, and nothing is stored",
                 "[registrar]")
{
    start();
    const auto refused = [&](const std::string& headers) {
        CHECK(save(headers) == 0);
        CHECK(server.uris().empty());
        return answer();
    };
    const std::string bad = "400 Bad Request\nP-Registrar-Error: ";
    CHECK(refused("Contact: <sip:a@h>;q=x\n") == bad + "Invalid q param in contact\r\n");
    CHECK(refused("Contact: <sip:good@h>\nContact: <sip:a@h\n") == bad + "Contact parse error\r\n");
    CHECK(refused("Contact: *\n") == bad + "* used in contact and expires is not zero\r\n");
    CHECK(refused("Contact: *\nExpires: 60\n") == bad + "* used in contact and expires is not zero\r\n");
    CHECK(refused("Contact: *\nContact: <sip:a@h>\nExpires: 0\n") ==
          bad + "* used in contact and more than 1 contact\r\n");
    CHECK(refused("Contact: <sip:" + std::string(256, 'a') + "@h>\n") ==
          bad + "Contact/received too long\r\n");
    CHECK(refused("Contact: <sip:a@h>;received=\"sip:" + std::string(256, 'a') + "\"\n") ==
          bad + "Contact/received too long\r\n");
    CHECK(refused("Contact: <sip:a@h>;received=\"sip:\xc3\"\n") == bad + "Contact/received is not UTF-8\r\n");
}

TEST_CASE_METHOD(Fixture, "A refusal by the rules lists the contacts that are there", "[registrar]")
{
    registrar.set("max_contacts", 1);
    registrar.set("retry_after", 30);
    start();
    save("Contact: <sip:a@h>\n", 5);
    CHECK(save("Contact: <sip:b@h>\n", 6) == 0);
    CHECK(answer() ==
          "503 Service Unavailable\nContact: <sip:a@h>;expires=3600\r\n"
          "P-Registrar-Error: Too many registered contacts\r\nRetry-After: 30\r\n");
    CHECK(save("Contact: <sip:a@h>;expires=0\n", 4) == 0);
    CHECK(answer() ==
          "400 Bad Request\nContact: <sip:a@h>;expires=3600\r\nP-Registrar-Error: Invalid CSeq number\r\n");
}

TEST_CASE_METHOD(Fixture, "save() counts and can stay silent", "[registrar]")
{
    start();
    const auto statistic = [&](const char* name) {
        for (const auto& s : registrar.loaded().statistics)
            if (s.name == name) return s.value();
        FAIL("no statistic " << name);
        return std::uint64_t{0};
    };
    CHECK(save("Contact: <sip:a@h>\n", 1, "2") == 1);
    CHECK(answer() == "no answer");
    CHECK(save("Contact: *\n", 2, "0x02") == 0);
    CHECK(answer() == "no answer");
    CHECK(statistic("accepted_regs") == 1);
    CHECK(statistic("rejected_regs") == 1);
    CHECK(statistic("default_expire") == 3600);

    const auto message = request("Contact: <sip:a@h>\n", 3);
    message->reply_headers = "X-Mine: 1\r\n";
    CHECK(save(*message, "0") == 1);
    CHECK(message->reply_headers == "X-Mine: 1\r\n");
    replies.broken = true;
    CHECK(save("Contact: <sip:a@h>\n", 4) == -1);
    CHECK(save("Contact: *\n", 5) == 0);
    CHECK(registrar.refusal("save", {"location", "4"}).find("flags are") == 0);
}

TEST_CASE("Path is stored and shown as path_mode says (RFC 3327)", "[registrar]")
{
    Fixture f;
    f.registrar.set("use_path", 1);
    const std::string path =
        "Path: <sip:edge.test;lr;received=sip:203.0.113.5:1024>\nPath: <sip:core.test;lr>\n";
    const std::string vector = "<sip:edge.test;lr;received=sip:203.0.113.5:1024>,<sip:core.test;lr>";
    const std::string contact = "Contact: <sip:a@h>\n", supported = "Supported: 100rel, PATH\n";

    SECTION("strict")
    {
        f.start();
        CHECK(f.save(contact + path) == 0);
        CHECK(f.answer() ==
              "420 Bad Extension\nPath: " + vector +
                  "\r\nP-Registrar-Error: No support for found Path indicated\r\nUnsupported: path\r\n");
        CHECK(f.server.uris().empty());
        const auto message = f.request(contact + path + supported);
        CHECK(f.save(*message) == 1);
        CHECK(f.answer() == "200 OK\nContact: <sip:a@h>;expires=3600\r\nPath: " + vector + "\r\n");
        CHECK(f.binding()->path() == vector);
        CHECK(f.binding()->received().empty());
        CHECK(message->target().path == vector);
    }
    SECTION("lazy")
    {
        f.registrar.set("path_mode", 1);
        f.start();
        CHECK(f.save(contact + path) == 1);
        CHECK(f.answer() == "200 OK\nContact: <sip:a@h>;expires=3600\r\n");
        CHECK(f.binding()->path() == vector);
    }
    SECTION("off")
    {
        f.registrar.set("path_mode", 0);
        f.start();
        CHECK(f.save(contact + path + supported) == 1);
        CHECK(f.answer() == "200 OK\nContact: <sip:a@h>;expires=3600\r\n");
    }
    SECTION("with what the edge proxy saw")
    {
        f.registrar.set("path_use_received", 1);
        f.server.usrloc.set("nat_bflag", 6);
        f.start();
        CHECK(f.save("Contact: <sip:a@h>;received=\"sip:other\"\n" + path + supported) == 1);
        CHECK(f.binding()->received() == "sip:203.0.113.5:1024");
        CHECK(f.binding()->cflags() == 64);
    }
    SECTION("but not if its first proxy is no loose router")
    {
        f.start();
        CHECK(f.save(contact + "Path: <sip:edge.test>\n" + supported) == 0);
        CHECK(f.answer() == "400 Bad Request\nP-Registrar-Error: Path parse error\r\n");
        CHECK(f.save(contact + "Path: <sip:" + std::string(250, 'e') + ";lr>\n" + supported) == 0);
    }
}

TEST_CASE_METHOD(Fixture, "The socket can come from a header", "[registrar]")
{
    registrar.set("sock_flag", 3);
    registrar.set("sock_hdr_name", "X-Socket");
    start();
    const auto socket = [&](const std::string& header, std::uint32_t flags, std::uint32_t cseq) {
        const auto message = request("Contact: <sip:a@h>\n" + header, cseq);
        message->flags = flags;
        save(*message);
        return binding()->socket()->text();
    };
    CHECK(socket("X-Socket: tcp:192.0.2.1:5060\n", 8, 1) == "tcp:192.0.2.1:5060");
    CHECK(socket("X-Socket: tcp:192.0.2.1:5060\n", 0, 2) == "udp:192.0.2.1:5060");
    CHECK(socket("X-Socket: tcp:203.0.113.1:5060\n", 8, 3) == "udp:192.0.2.1:5060");

    const auto message = request("Contact: <sip:a@h>\n", 4);
    CHECK(registrar.call(*message, "add_sock_hdr", {"X-Socket"}) == 1);
    CHECK(server.env.edited(*message).find("\r\nX-Socket: udp:192.0.2.1:5060\r\n\r\n") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "An AVP can name the AoR", "[registrar]")
{
    registrar.set("aor_avp", "$avp(i:7)");
    start();
    const auto message = request("Contact: <sip:a@h>\n");
    message->avps().add({std::uint16_t{7}}, std::string("sip:Boss@example.test"));
    CHECK(save(*message) == 1);
    CHECK(server.uris("boss") == Uris{"sip:a@h"});

    SECTION("and must be named in full")
    {
        registrar.set("aor_avp", "i:7");
        CHECK_FALSE(registrar.start());
    }
}

TEST_CASE_METHOD(Fixture, "lookup() rewrites to the first contact and appends the others", "[registrar]")
{
    registrar.set("method_filtering", 1);
    start();
    save(
        "Contact: <sip:low@h>;q=0.1, <sip:high@h>;q=0.9;received=\"sip:nat.test:1024\", "
        "<sip:chat@h>;q=1;methods=\"MESSAGE\"\n");
    auto invite = server.env.request("sip:Alice@example.test");
    invite->target().flags = 1;
    CHECK(registrar.call(*invite, "registered", {"location"}) == 1);
    CHECK(registrar.call(*invite, "lookup", {"location"}) == 1);
    CHECK(invite->uri() == "sip:high@h");
    CHECK(invite->target().destination_uri == "sip:nat.test:1024");
    CHECK(invite->target().q == 900);
    CHECK(invite->target().flags == 1);
    REQUIRE(invite->target().socket != nullptr);
    REQUIRE(invite->branches().size() == 1);
    CHECK(invite->branches()[0].uri == "sip:low@h");
    CHECK(invite->branches()[0].q == 100);

    SECTION("contacts without the method are -2, no contact is -1")
    {
        auto info = server.env.request("sip:alice@example.test", {}, {}, "INFO");
        CHECK(registrar.call(*info, "lookup", {"location"}) == 1);
        save("Contact: <sip:low@h>;expires=0, <sip:high@h>;expires=0\n", 2);
        auto again = server.env.request("sip:alice@example.test", {}, {}, "INFO");
        CHECK(registrar.call(*again, "lookup", {"location"}) == -2);
        auto nobody = server.env.request("sip:nobody@example.test");
        CHECK(registrar.call(*nobody, "lookup", {"location"}) == -1);
        CHECK(registrar.call(*nobody, "registered", {"location"}) == -1);
        CHECK(nobody->uri() == "sip:nobody@example.test");
    }
    SECTION("expired ones are not called")
    {
        server.pass(3600s);
        auto late = server.env.request("sip:alice@example.test");
        CHECK(registrar.call(*late, "lookup", {"location"}) == -1);
        CHECK(registrar.call(*late, "registered", {"location"}) == -1);
    }
    SECTION("a URI without a user is an error")
    {
        auto odd = server.env.request("sip:example.test");
        CHECK(registrar.call(*odd, "lookup", {"location"}) == -3);
    }
}

TEST_CASE_METHOD(Fixture, "lookup() leads along the stored Path", "[registrar]")
{
    registrar.set("use_path", 1);
    registrar.set("path_mode", 1);
    registrar.set("append_branches", 0);
    start();
    save("Contact: <sip:a@h>, <sip:b@h>\nPath: <sip:edge.test;lr>\n");
    auto invite = server.env.request("sip:alice@example.test");
    CHECK(registrar.call(*invite, "lookup", {"location"}) == 1);
    CHECK(invite->target().path == "<sip:edge.test;lr>");
    CHECK(invite->target().destination_uri == "sip:edge.test;lr");
    CHECK(invite->branches().empty());
}

TEST_CASE("With db_mode 1 the answer waits for the commit, and tells of a failure", "[registrar]")
{
    Fixture f(1);
    f.start();
    CHECK(f.registrar.function("save", 1).waits);
    CHECK(f.save("Contact: <sip:a@h>\n") == 1);
    CHECK(f.server.rows() == 1);
    f.server.driver->away();
    const auto refused = [&](const std::string& headers, std::uint32_t cseq) {
        CHECK(f.save(headers, cseq) == 0);
        const std::string text = f.answer();
        CHECK(text.starts_with("500 Server Internal Error\n"));
        const auto start = text.find("P-Registrar-Error: ") + 19;
        return text.substr(start, text.find('\r', start) - start);
    };
    CHECK(refused("Contact: <sip:b@h>\n", 2) == "usrloc_contact_insert failed");
    CHECK(refused("Contact: <sip:a@h>\n", 3) == "usrloc_contact_update failed");
    CHECK(refused("Contact: <sip:a@h>;expires=0\n", 4) == "usrloc_contact_delete failed");
    CHECK(refused("Contact: *\nExpires: 0\n", 5) == "usrloc_record_delete failed");
    CHECK(f.server.uris() == Uris{"sip:a@h"});
}

TEST_CASE("With db_mode 3 everything comes from the table", "[registrar]")
{
    Fixture f(3);
    f.start();
    CHECK(f.save("Contact: <sip:a@h>\n") == 1);
    const Worker::Here here(f.server.env.worker);
    auto invite = f.server.env.request("sip:alice@example.test");
    CHECK(f.registrar.call(*invite, "registered", {"location"}) == 1);
    CHECK(f.registrar.call(*invite, "lookup", {"location"}) == 1);
    CHECK(invite->uri() == "sip:a@h");
    f.server.driver->away();
    CHECK(f.registrar.call(*invite, "lookup", {"location"}) == -3);
    CHECK(f.registrar.call(*invite, "registered", {"location"}) == -1);
    CHECK(f.save("", 2) == 0);
    CHECK(f.answer().find("usrloc_record_get failed") != std::string::npos);
    CHECK(f.registrar.refusal("save", {"location", "1"}).find("db_mode 3") != std::string::npos);
}

TEST_CASE("registrar needs usrloc and sl, loaded before", "[registrar]")
{
    Fixture f;
    f.registrar.context.modules.erase("usrloc");
    CHECK_FALSE(f.registrar.start());
}
