#include "core/base/log.h"

#include <vector>

#include <catch2/catch.hpp>

using namespace junctor;

namespace
{

struct Lines final : LogSink {
    void write(LogLevel, std::string_view line, bool raw) override
    {
        lines.push_back((raw ? "raw " : "") + std::string(line));
    }
    std::vector<std::string> lines;
};

// What the log says while this lives; the level and the sink before are put back.
struct Capture {
    Capture() { set_log_sink(sink); }
    ~Capture()
    {
        set_log_sink(stderr_sink());
        set_log_level(level);
    }
    std::shared_ptr<Lines> sink = std::make_shared<Lines>();
    int level = log_level();
};

}  // namespace

TEST_CASE("a line is written if its level is at most `debug`", "[base]")
{
    const Capture log;
    set_log_level(1);
    log_notice("area", "not {}", "written");
    log_warning("area", "{} rows", 3);
    log_error("area", "broken");
    CHECK(log.sink->lines == std::vector<std::string>{"WARN area: 3 rows", "ERROR area: broken"});
    set_log_level(-1);
    CHECK(log_enabled(LogLevel::Alert));
    CHECK_FALSE(log_enabled(LogLevel::Warning));
}

TEST_CASE("a line names its place in the script and its Call-ID", "[base]")
{
    const Capture log;
    set_log_level(4);
    {
        LogScope scope("abc@host");
        log_info("a", "one");
        const LogScope::Place place{"junctor.cfg", 42, 9};
        scope.at(place);
        log_debug("a", "two");
        {
            const LogScope inner("other");
            log_debug("a", "three");
        }
        log_debug("a", "four");
    }
    log_debug("a", "five");
    CHECK(log.sink->lines == std::vector<std::string>{"INFO a call_id=abc@host: one",
                                                      "DEBUG a cfg=junctor.cfg:42:9 call_id=abc@host: two",
                                                      "DEBUG a call_id=other: three",
                                                      "DEBUG a cfg=junctor.cfg:42:9 call_id=abc@host: four",
                                                      "DEBUG a: five"});
}

TEST_CASE("script output is written as it stands", "[base]")
{
    const Capture log;
    set_log_level(1);
    log_raw(LogLevel::Error, "100% {} done\n");
    log_raw(LogLevel::Info, "too detailed");
    CHECK(log.sink->lines == std::vector<std::string>{"raw 100% {} done\n"});
}
