#include "core/admin/legacy_commands.h"

#include <catch2/catch.hpp>

#include "core/admin/core_commands.h"
#include "core/admin/legacy_request.h"
#include "core/base/version.h"
#include "test/unit/admin/fake_server.h"

using namespace junctor;
using namespace junctor::test;
using Texts = std::vector<std::string>;

namespace
{

struct Fixture {
    FakeServer server;
    Registry registry;
    std::map<std::string, mi::Reply> replies;  // of the commands that add() registers
    Texts got;                                 // arguments of the last one that ran
    Texts provisional;

    Fixture() { REQUIRE(admin::add_core_commands(registry, server)); }
    void add(const std::string& name)
    {
        REQUIRE(registry.add_command(
            {name, "", true, [this](mi::Request request) { return answer_of(*this, std::move(request)); }}));
    }
    static Task<mi::Reply> answer_of(Fixture& self, mi::Request request)
    {
        self.got = request.arguments;
        if (request.command == "t_uac_dlg") request.progress(status("180 Ringing"));
        co_return self.replies[request.command];
    }
    static mi::Reply status(std::string line)
    {
        mi::Reply reply;
        reply.add("", std::move(line));
        return reply;
    }
    std::string ask(std::string text)
    {
        return now(admin::legacy::answer(std::move(text), registry, [this](std::string text_of) {
            provisional.push_back(std::move(text_of));
        }));
    }
};

}  // namespace

TEST_CASE("a legacy request is read by lines, header blocks and bodies", "[admin]")
{
    admin::legacy::RequestText request(":cmd:ignored: text\n one \t\r\nFrom: a\nTo: b\r\n.\nraw\r\n\n.\n");
    CHECK(request.command() == "cmd");
    CHECK(request.line() == " one");
    CHECK(request.headers() == "From: a\r\nTo: b\r\n");
    CHECK(request.body() == "raw\r\n\n");
    CHECK_FALSE(request.line());
    CHECK_FALSE(admin::legacy::RequestText("\n").line());
    CHECK_FALSE(admin::legacy::RequestText("From: a\n").headers());
    CHECK_FALSE(admin::legacy::RequestText("body").body());
}

TEST_CASE_METHOD(Fixture, "a first line without two colons is malformed, an unknown command not found",
                 "[admin]")
{
    for (const char* text : {"", "version\n", ":version\n", "::x\n", " :version:\n"})
        CHECK(ask(text) == "400 First line malformed\n");
    CHECK(ask(":frobnicate:\n") == "500 Command frobnicate not found\n");
    CHECK(ask(":ul_rm:\n") == "500 Command ul_rm not found\n");  // usrloc is not loaded
}

TEST_CASE_METHOD(Fixture, "legacy command names ignore case", "[admin]")
{
    CHECK(ask(":PrinT:\nhello\n") == "200 OK\nhello\n");
    CHECK(ask(":print:\n\n") == "400 Line expected\n");
}

TEST_CASE_METHOD(Fixture, "the core's legacy commands have texts of their own", "[admin]")
{
    CHECK(ask(":version:") == "200 OK\nServer: " + server_name() + "\n");
    CHECK(ask(":ps:\n") == "200 OK\n0\t101\tmain\n1\t102\tworker 0\n");
    CHECK(ask(":arg:\n") == "200 OK\njunctord\n-f\na.cfg\n");
    CHECK(ask(":pwd:\n").starts_with("200 OK\n/"));
    const std::string uptime = ask(":uptime:\n");
    CHECK(uptime.find("\nUp Since: ") != std::string::npos);
    CHECK(uptime.ends_with("\nUp time: 0 [sec]\n"));
    CHECK(ask(":kill:\n") == "200 Killing now\n");
    CHECK(server.stops == 1);
}

TEST_CASE_METHOD(Fixture, "legacy which lists what is there, the latest first", "[admin]")
{
    CHECK(ask(":which:\n") == "200 OK\nkill\narg\npwd\nps\nuptime\nversion\nprint\nwhich\n");
    add("ul_rm");
    CHECK(ask(":which:\n").starts_with("200 OK\nul_rm\nkill\n"));
}

TEST_CASE_METHOD(Fixture, "legacy location commands take lines and answer with their own texts", "[admin]")
{
    for (const char* name : {"ul_rm", "ul_rm_contact", "ul_add", "ul_show_contact", "ul_flush", "ul_dump"})
        add(name);
    CHECK(ask(":ul_rm:\nlocation\nalice\n") == "200 user (location, alice) deleted\n");
    CHECK(got == Texts{"location", "alice"});
    CHECK(ask(":ul_rm:\n") == "400 Table name expected\n");
    CHECK(ask(":ul_rm:\nlocation\n") == "400 User name expected\n");
    replies["ul_rm"] = mi::Reply::error(400, "Domain missing in AOR");
    CHECK(ask(":ul_rm:\nlocation\nalice\n") == "400 Domain missing\n");

    CHECK(ask(":ul_rm_contact:\nlocation\nalice\nsip:a@b\n") ==
          "200 Contact (alice, sip:a@b) deleted from table location\n");
    replies["ul_rm_contact"] = mi::Reply::error(404, "Contact not found");
    CHECK(ask(":ul_rm_contact:\nlocation\nalice\nsip:a@b\n") == "404 Contact not found\n");
    replies["ul_rm_contact"] = mi::Reply::error(404, "Table not found");
    CHECK(ask(":ul_rm_contact:\nnone\nalice\nsip:a@b\n").starts_with("400 "));

    CHECK(ask(":ul_add:\nlocation\nalice\nsip:a@b\n60\n0.5\n0\n1\n4294967295\n") ==
          "200 Added to table\n('alice','sip:a@b') to 'location'\n");
    CHECK(got == Texts{"location", "alice", "sip:a@b", "60", "0.5", "0", "1", "0", "4294967295"});
    CHECK(ask(":ul_add:\nlocation\nalice\nsip:a@b\n60\n0.5\n0\n1\n") == "400 Methods expected\n");

    replies["ul_show_contact"] =
        status("<sip:a@b>;q=1.00;expires=5;flags=0x0;cflags=0x1;socket=<NULL>;methods=0xF");
    CHECK(ask(":ul_show_contact:\nlocation\nalice\n") ==
          "200 OK\n<sip:a@b>;q=1.00;expires=5;flags=0x0;socket=<NULL>;methods=0xF\n");
    CHECK(ask(":ul_flush:\n") == "200 ul_flush completed\n");
    got = {"untouched"};
    CHECK(ask(":ul_dump:\n").starts_with("500 "));
    CHECK(got == Texts{"untouched"});
}

TEST_CASE_METHOD(Fixture, "legacy t_uac_dlg passes headers and body on and reports every result", "[admin]")
{
    add("t_uac_dlg");
    mi::Reply final = status("200 OK");
    final.add("", "sip:b@192.0.2.1");
    final.add("", ".");
    final.add("", "Route: .");
    final.add("", "To: b\r\n");
    replies["t_uac_dlg"] = final;
    CHECK(ask(":t_uac_dlg:\nMESSAGE\nsip:b@c\n.\nFrom: a\nTo: b\n.\nhi\n.\n") ==
          "200 OK\nsip:b@192.0.2.1\n.\nRoute: .\nTo: b\r\n");
    CHECK(got == Texts{"MESSAGE", "sip:b@c", ".", ".", "From: a\r\nTo: b\r\n", "hi\n"});
    CHECK(provisional == Texts{"180 Ringing\n"});
    CHECK(ask(":t_uac_dlg:\nOPTIONS\nsip:b@c\n.\n.\n.\n").starts_with("200"));
    CHECK(got == Texts{"OPTIONS", "sip:b@c", ".", ".", "."});
    CHECK(ask(":t_uac_dlg:\nOPTIONS\nsip:b@c\n.\nFrom: a\n").starts_with("400 Header fields expected"));
    replies["t_uac_dlg"] = mi::Reply::error(400, "Invalid RURI");
    CHECK(ask(":t_uac_dlg:\nOPTIONS\nx\n.\n.\n.\n") == "400 Invalid RURI\n");
}

TEST_CASE_METHOD(Fixture, "legacy transaction commands have their texts", "[admin]")
{
    for (const char* name : {"t_uac_cancel", "t_hash", "t_reply"}) add(name);
    CHECK(ask(":t_uac_cancel:\nid\n7\n") == "200 uac_cancel succeeded\n");
    replies["t_uac_cancel"] = mi::Reply::error(481, "No such transaction");
    CHECK(ask(":t_uac_cancel:\nid\n7\n") == "481 uac_cancel: No such transaction\n");
    replies["t_hash"].add("", "0").with("Current", "0").with("Total", "0");
    replies["t_hash"].add("", "1").with("Current", "1").with("Total", "5");
    CHECK(ask(":t_hash:\n") == "200 OK\n\tcurrent\ttotal\n1.\t1\t5\n");
    CHECK(ask(":t_reply:\n486\nBusy\n1:2\ntag\n.\n.\n") == "200 Succeeded\n");
    CHECK(got == Texts{"486", "Busy", "1:2", "tag", "."});
    replies["t_reply"] = mi::Reply::error(404, "Transaction not found");
    CHECK(ask(":t_reply:\n486\nBusy\n1:2\ntag\n.\n.\n") == "481 No such transaction\n");
}

TEST_CASE_METHOD(Fixture, "an answer that does not fit into a datagram is replaced by an error", "[admin]")
{
    add("ul_show_contact");
    replies["ul_show_contact"] = status(std::string(70000, 'x'));
    CHECK(ask(":ul_show_contact:\nlocation\nalice\n") == "500 The answer does not fit into a datagram\n");
}
