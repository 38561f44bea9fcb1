#include "core/base/log.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::xlog
{
class Xlog;
}

using namespace junctor;

namespace
{

struct Lines final : LogSink {
    void write(LogLevel level, std::string_view line, bool raw) override
    {
        if (raw) written.emplace_back(level, line);
    }
    std::vector<std::pair<LogLevel, std::string>> written;
};

struct Fixture {
    test::TestEnvironment env;
    test::ModuleUnderTest<xlog::Xlog> xlog{env};
    std::unique_ptr<Message> message = env.request();
    std::shared_ptr<Lines> lines = std::make_shared<Lines>();
    int level_before = log_level();

    Fixture()
    {
        set_log_sink(lines);
        set_log_level(3);
    }
    ~Fixture()
    {
        set_log_sink(stderr_sink());
        set_log_level(level_before);
    }
    using Written = std::vector<std::pair<LogLevel, std::string>>;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "xlog writes its text as it is, with variables, and adds nothing", "[xlog]")
{
    CHECK(xlog.call(*message, "xlog", {"call from $fU to $ru 100%\n"}) == 1);
    CHECK(xlog.call(*message, "xlog", {"no newline, $avp(s:none)"}) == 1);
    CHECK(lines->written == Written{{LogLevel::Error, "call from alice to sip:bob@example.test 100%\n"},
                                    {LogLevel::Error, "no newline, <null>"}});
}

TEST_CASE_METHOD(Fixture, "the third character of the level decides", "[xlog]")
{
    for (const auto* level : {"L_ALERT", "L_CRIT", "L_ERR", "L_WARN", "L_NOTICE", "L_INFO", "L_DBG", "xxE"})
        CHECK(xlog.call(*message, "xlog", {level, "x"}) == 1);
    std::vector<LogLevel> levels;
    for (const auto& [level, text] : lines->written) levels.push_back(level);
    CHECK(levels == std::vector{LogLevel::Alert, LogLevel::Critical, LogLevel::Error, LogLevel::Warning,
                                LogLevel::Notice, LogLevel::Info, LogLevel::Error});  // debug is off

    CHECK(xlog.refusal("xlog", {"L_FOO", "x"}).find("a log level is L_ALERT") == 0);
    CHECK(xlog.refusal("xlog", {"L_", "x"}).find("a log level is L_ALERT") == 0);
    CHECK(xlog.refusal("xlog", {"l_err", "x"}).find("a log level is L_ALERT") == 0);
}

TEST_CASE_METHOD(Fixture, "xdbg is for debugging", "[xlog]")
{
    CHECK(xlog.call(*message, "xdbg", {"hidden"}) == 1);
    CHECK(lines->written.empty());
    set_log_level(4);
    CHECK(xlog.call(*message, "xdbg", {"seen"}) == 1);
    CHECK(lines->written == Written{{LogLevel::Debug, "seen"}});
}

TEST_CASE_METHOD(Fixture, "a message longer than the buffer is not written", "[xlog]")
{
    REQUIRE(xlog.set("buf_size", 6));
    CHECK(xlog.call(*message, "xlog", {"$fU"}) == 1);
    CHECK(xlog.call(*message, "xlog", {"$fU!"}) == -1);
    CHECK(lines->written == Written{{LogLevel::Error, "alice"}});
    CHECK_FALSE(xlog.set("buf_size", 0));
    CHECK_FALSE(xlog.set("buf_size", -1));
}

TEST_CASE_METHOD(Fixture, "colours go to a terminal, and to syslog only when forced", "[xlog]")
{
    CHECK(xlog.call(*message, "xlog", {"$C(rx)red\n"}) == 1);
    env.settings.log_stderr = false;
    CHECK(xlog.call(*message, "xlog", {"$C(rx)red\n"}) == 1);
    REQUIRE(xlog.set("force_color", 1));
    CHECK(xlog.call(*message, "xlog", {"$C(rx)red\n"}) == 1);
    CHECK(lines->written == Written{{LogLevel::Error, "\x1b[0;31;49mred\n\x1b[0m"},
                                    {LogLevel::Error, "red\n"},
                                    {LogLevel::Error, "\x1b[0;31;49mred\n\x1b[0m"}});
}

TEST_CASE_METHOD(Fixture, "an unknown variable stops the load", "[xlog]")
{
    CHECK(xlog.refusal("xlog", {"$ru.\n"}).find("write $(ru)") != std::string::npos);
    CHECK(xlog.refusal("xdbg", {"$nosuch"}).find("no pseudo-variable is called $nosuch") == 0);
}

TEST_CASE_METHOD(Fixture, "xlog's functions may be called everywhere and never wait", "[xlog]")
{
    CHECK(xlog.loaded().functions.size() == 3);
    for (const auto& function : xlog.loaded().functions) {
        CHECK(function.routes == script::any_route);
        CHECK_FALSE(function.waits);
    }
}
