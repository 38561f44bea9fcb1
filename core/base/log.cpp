#include "core/base/log.h"

#include <ctime>
#include <iterator>

#include <fmt/format.h>
#include <syslog.h>
#include <unistd.h>

namespace junctor
{
namespace
{

std::string_view name_of(LogLevel level)
{
    switch (level) {
        case LogLevel::Alert: return "ALERT";
        case LogLevel::Critical: return "CRIT";
        case LogLevel::Error: return "ERROR";
        case LogLevel::Warning: return "WARN";
        case LogLevel::Notice: return "NOTICE";
        case LogLevel::Info: return "INFO";
        case LogLevel::Debug: return "DEBUG";
    }
    return "LOG";
}

class StderrSink final : public LogSink
{
public:
    void write(LogLevel, std::string_view line, bool raw) override
    {
        std::string whole;
        if (raw) {
            whole = line;
        } else {
            const std::time_t now = std::time(nullptr);
            std::tm local{};
            localtime_r(&now, &local);
            whole = fmt::format("{:02}:{:02}:{:02} {}\n", local.tm_hour, local.tm_min, local.tm_sec, line);
        }
        // A full or closed standard error must not stop the server: what cannot be written is lost.
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, whole.data(), whole.size());
    }
};

class SyslogSink final : public LogSink
{
public:
    SyslogSink(std::string name, int facility) : name_(std::move(name))
    {
        openlog(name_.c_str(), LOG_PID | LOG_CONS, facility);
    }
    ~SyslogSink() override { closelog(); }

    void write(LogLevel level, std::string_view line, bool) override
    {
        syslog(priority(level), "%.*s", static_cast<int>(line.size()), line.data());
    }

private:
    static int priority(LogLevel level)
    {
        switch (level) {
            case LogLevel::Alert: return LOG_ALERT;
            case LogLevel::Critical: return LOG_CRIT;
            case LogLevel::Error: return LOG_ERR;
            case LogLevel::Warning: return LOG_WARNING;
            case LogLevel::Notice: return LOG_NOTICE;
            case LogLevel::Info: return LOG_INFO;
            case LogLevel::Debug: return LOG_DEBUG;
        }
        return LOG_ERR;
    }

    std::string name_;  // syslog keeps the pointer
};

std::atomic<int> threshold{static_cast<int>(LogLevel::Notice)};
std::shared_ptr<LogSink>& sink()
{
    static std::shared_ptr<LogSink> current = stderr_sink();
    return current;
}
thread_local LogScope* scope = nullptr;

}  // namespace

LogScope::LogScope(std::string_view call_id) : call_id_(call_id), outer_(scope)
{
    scope = this;
}

LogScope::~LogScope()
{
    scope = outer_;
}

const LogScope* LogScope::current()
{
    return scope;
}

std::string LogScope::suffix() const
{
    std::string out;
    if (place_ != nullptr) out += fmt::format(" cfg={}:{}:{}", place_->file, place_->line, place_->column);
    if (!call_id_.empty()) out += fmt::format(" call_id={}", call_id_);
    return out;
}

void set_log_sink(std::shared_ptr<LogSink> new_sink)
{
    sink() = std::move(new_sink);
}

void set_log_level(int debug)
{
    threshold.store(debug, std::memory_order_relaxed);
}

int log_level()
{
    return threshold.load(std::memory_order_relaxed);
}

std::shared_ptr<LogSink> stderr_sink()
{
    return std::make_shared<StderrSink>();
}

std::shared_ptr<LogSink> syslog_sink(std::string name, int facility)
{
    return std::make_shared<SyslogSink>(std::move(name), facility);
}

void log_raw(LogLevel level, std::string_view text)
{
    if (log_enabled(level)) sink()->write(level, text, true);
}

void log_line(LogLevel level, std::string_view area, fmt::string_view format, fmt::format_args args)
{
    std::string line = fmt::format("{} {}", name_of(level), area);
    if (scope != nullptr) line += scope->suffix();
    line += ": ";
    fmt::vformat_to(std::back_inserter(line), format, args);
    sink()->write(level, line, false);
}

}  // namespace junctor
