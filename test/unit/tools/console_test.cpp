#include "tools/junctorctl/console.h"

#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace junctor;
using namespace junctor::ctl;

namespace
{

struct Fixture {
    std::istringstream in{"first\r\nsecond\n"};
    std::ostringstream out, err;

    Console console(bool colours = false) { return Console({in, out, err, colours, {}}); }
    static mi::Reply reply(int code, const char* reason)
    {
        mi::Reply reply = mi::Reply::error(code, reason);
        reply.add("AOR", "alice").add("Contact", "sip:alice@192.0.2.1").with("Q", "1.00");
        return reply;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "messages are marked with stars, on a terminal with colours", "[junctorctl]")
{
    Console plain = console();
    plain.line("new user");
    plain.info("started");
    plain.error("no");
    plain.warning("careful");
    CHECK(out.str() == "new user\n** INFO: started\n");
    CHECK(err.str() == "** ERROR: no\n** WARNING: careful\n");
    out.str("");
    Console coloured = console(true);
    coloured.info("started");
    CHECK(out.str() == "\x1b[32mINFO: \x1b[0mstarted\n");
    out.str("");
    coloured.no_colours();
    coloured.info("started");
    CHECK(out.str() == "** INFO: started\n");
}

TEST_CASE_METHOD(Fixture, "of a good reply the nodes are printed, of an error its code and reason first",
                 "[junctorctl]")
{
    Console plain = console();
    plain.reply(reply(200, "OK"));
    CHECK(out.str() == "AOR:: alice\n\tContact:: sip:alice@192.0.2.1 Q=1.00\n");
    out.str("");
    plain.reply(mi::Reply::error(404, "AOR not found"));
    CHECK(out.str() == "404 AOR not found\n");
}

TEST_CASE_METHOD(Fixture, "a table is aligned", "[junctorctl]")
{
    console().table({"user", "domain"}, {{"alice", "a.example"}, {"b", "b.example"}});
    CHECK(out.str() == "user   domain\nalice  a.example\nb      b.example\n");
}

TEST_CASE_METHOD(Fixture, "with --json everything is one object, printed at the end", "[junctorctl]")
{
    Console json = console();
    json.use_json(true);
    json.line("new user");
    json.error("no \xff");
    json.reply(reply(404, "AOR not found"));
    json.table({"user"}, {{"alice"}});
    CHECK(out.str().empty());
    CHECK(err.str().empty());
    CHECK(json.finish(1) == 1);
    const auto all = nlohmann::json::parse(out.str());
    CHECK(all["ok"] == false);
    CHECK(all["messages"][0] == nlohmann::json{{"level", "output"}, {"text", "new user"}});
    CHECK(all["messages"][1]["level"] == "error");
    CHECK(all["code"] == 404);
    CHECK(all["reason"] == "AOR not found");
    CHECK(all["nodes"][0]["children"][0]["attributes"]["Q"] == "1.00");
    CHECK(all["rows"] == nlohmann::json{{{"user", "alice"}}});
}

TEST_CASE_METHOD(Fixture, "lines are read without their ends", "[junctorctl]")
{
    Console plain = console();
    CHECK(plain.read_line() == "first");
    CHECK(plain.read_line() == "second");
    CHECK(plain.read_line().empty());
}
