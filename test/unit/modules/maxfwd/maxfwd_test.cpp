#include "test/unit/support/module_under_test.h"

namespace junctor::maxfwd
{
class Maxfwd;
}

using namespace junctor;

namespace
{

struct Fixture {
    test::TestEnvironment env;
    test::ModuleUnderTest<maxfwd::Maxfwd> maxfwd{env};

    std::unique_ptr<Message> with(std::string_view value)
    {
        return env.request("sip:bob@example.test", "Max-Forwards: " + std::string(value) + "\n");
    }
    int process(Message& message) { return maxfwd.call(message, "mf_process_maxfwd_header", {"10"}); }
    std::string left(const Message& message)
    {
        return std::string(message.sip().first(sip::HeaderType::MaxForwards)->line);
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a present Max-Forwards is counted down in its place", "[maxfwd]")
{
    const auto message = with("70");
    CHECK(process(*message) == 1);
    CHECK(left(*message) == "Max-Forwards: 69\r\n");
    CHECK(message->edits.empty());
    CHECK(process(*message) == 1);
    CHECK(left(*message) == "Max-Forwards: 68\r\n");

    const auto ten = with("10");
    CHECK(process(*ten) == 1);
    CHECK(left(*ten) == "Max-Forwards:  9\r\n");
    CHECK(env.expand(*ten, "$hdr(Max-Forwards)") == "9");
    CHECK(process(*ten) == 1);
    CHECK(left(*ten) == "Max-Forwards:  8\r\n");
}

TEST_CASE_METHOD(Fixture, "a Max-Forwards of 0 is used up, and the message stays as it is", "[maxfwd]")
{
    const auto message = with("0");
    CHECK(process(*message) == -1);
    CHECK(left(*message) == "Max-Forwards: 0\r\n");
    const auto last = with("1");
    CHECK(process(*last) == 1);
    CHECK(process(*last) == -1);
}

TEST_CASE_METHOD(Fixture, "a missing Max-Forwards is added once, before the first header", "[maxfwd]")
{
    const auto message = env.request();
    CHECK(process(*message) == 2);
    CHECK(process(*message) == 2);
    const std::string sent = env.edited(*message);
    CHECK(sent.find("SIP/2.0\r\nMax-Forwards: 10\r\nVia:") != std::string::npos);
    CHECK(sent.find("Max-Forwards") == sent.rfind("Max-Forwards"));

    const auto most = env.request();
    CHECK(maxfwd.call(*most, "mf_process_maxfwd_header", {"256"}) == 2);
    CHECK(env.edited(*most).find("Max-Forwards: 255\r\n") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a value above max_limit becomes max_limit", "[maxfwd]")
{
    REQUIRE(maxfwd.set("max_limit", 20));
    const auto message = with("255");
    CHECK(process(*message) == 1);
    CHECK(left(*message) == "Max-Forwards:  20\r\n");
    const auto equal = with("20");
    CHECK(process(*equal) == 1);
    CHECK(left(*equal) == "Max-Forwards: 19\r\n");
}

TEST_CASE_METHOD(Fixture, "what is no number cannot be counted down", "[maxfwd]")
{
    CHECK(process(*with("seventy")) == -2);
    CHECK(process(*with("-1")) == -2);
    CHECK(process(*with("99999999999")) == -2);
}

TEST_CASE_METHOD(Fixture, "is_maxfwd_lt compares the value that is left", "[maxfwd]")
{
    const auto below = [&](Message& message, const char* limit) {
        return maxfwd.call(message, "is_maxfwd_lt", {limit});
    };
    const auto message = with("70");
    CHECK(below(*message, "71") == 1);
    CHECK(below(*message, "70") == -1);
    CHECK(process(*message) == 1);
    CHECK(below(*message, "70") == 1);
    CHECK(below(*message, "69") == -1);
    CHECK(below(*env.request(), "10") == -2);
    CHECK(below(*with("x"), "10") == -3);

    const auto added = env.request();
    CHECK(process(*added) == 2);
    CHECK(below(*added, "100") == -2);  // only what was received counts
}

TEST_CASE_METHOD(Fixture, "limits are checked at load", "[maxfwd]")
{
    for (const auto* function : {"mf_process_maxfwd_header", "is_maxfwd_lt"}) {
        CHECK(maxfwd.refusal(function, {"10"}).empty());
        CHECK(maxfwd.refusal(function, {"0"}) == "a limit for Max-Forwards is 1 to 256");
        CHECK(maxfwd.refusal(function, {"257"}) == "a limit for Max-Forwards is 1 to 256");
        CHECK(maxfwd.refusal(function, {"ten"}) == "a number was expected, found \"ten\"");
    }
    CHECK_FALSE(maxfwd.set("max_limit", 0));
    CHECK_FALSE(maxfwd.set("max_limit", 257));
    REQUIRE(maxfwd.set("max_limit", 50));
    CHECK(maxfwd.refusal("is_maxfwd_lt", {"50"}).empty());
    CHECK(maxfwd.refusal("is_maxfwd_lt", {"51"}) == "the limit 51 is above max_limit, which is 50");
}

TEST_CASE_METHOD(Fixture, "where maxfwd's functions may be called", "[maxfwd]")
{
    using enum Route;
    CHECK(maxfwd.function("mf_process_maxfwd_header", 1).routes == (RouteMask{} | Request));
    CHECK(maxfwd.function("is_maxfwd_lt", 1).routes == (Request | Failure | Branch));
}
