#include "test/unit/support/fake_replies.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::options
{
class Options;
}

using namespace junctor;
using namespace junctor::test;

namespace
{

struct Fixture {
    TestEnvironment env;
    FakeReplies replies;
    ModuleUnderTest<options::Options> options{env};

    Fixture() { options.context.modules["sl"] = &replies; }
    int reply_to(std::string_view method, std::string_view uri)
    {
        auto message = env.request(uri, {}, {}, method);
        message->reply_headers = "X-Mine: 1\r\n";
        const int code = options.call(*message, "options_reply");
        CHECK(message->reply_headers == "X-Mine: 1\r\n");
        return code;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "options_reply() answers OPTIONS to the server itself and ends the script",
                 "[options]")
{
    options.set("support", "path, 100rel");
    options.set("accept", "application/sdp");
    REQUIRE(options.start());
    CHECK(reply_to("OPTIONS", "sip:example.test") == 0);
    REQUIRE(replies.sent.size() == 1);
    CHECK(replies.sent[0].code == 200);
    CHECK(replies.sent[0].headers ==
          "X-Mine: 1\r\nAccept: application/sdp\r\nAccept-Encoding: \r\nAccept-Language: en\r\n"
          "Supported: path, 100rel\r\n");
}

TEST_CASE_METHOD(Fixture, "options_reply() leaves alone what is not for it", "[options]")
{
    REQUIRE(options.start());
    CHECK(reply_to("OPTIONS", "sip:bob@example.test") == -1);
    CHECK(reply_to("INVITE", "sip:example.test") == -1);
    CHECK(replies.sent.empty());
    replies.broken = true;
    CHECK(reply_to("OPTIONS", "sip:example.test") == -1);
}

TEST_CASE_METHOD(Fixture, "options needs sl", "[options]")
{
    options.context.modules.clear();
    CHECK_FALSE(options.start());
}
