// Logging: a level check, then one line to the sink that the server chose (standard error or syslog).
//
//     log_warning("usrloc", "table {} has no column {}", table, column);
//
// Nothing is formatted when the level is off. A line is written by one call, so lines of threads do not mix.
// While a LogScope lives on a thread, its place in the script and its Call-ID are added to each line.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace junctor
{

enum class LogLevel : int {
    Alert = -3,
    Critical = -2,
    Error = -1,
    Warning = 1,
    Notice = 2,
    Info = 3,
    Debug = 4
};

class LogSink
{
public:
    virtual ~LogSink() = default;
    // `raw`: script output (log(), xlog): exactly as given, no newline added.
    virtual void write(LogLevel level, std::string_view line, bool raw) = 0;
};

// What the lines of this thread concern just now. Strings must outlive the scope.
class LogScope
{
public:
    struct Place {
        std::string_view file;
        unsigned line = 0;
        unsigned column = 0;
    };
    explicit LogScope(std::string_view call_id);
    ~LogScope();
    LogScope(const LogScope&) = delete;
    LogScope& operator=(const LogScope&) = delete;

    void at(const Place& place)
    {
        place_ = &place;
    }  // the interpreter moves it along; `place` must outlive it
    static const LogScope* current();
    std::string suffix() const;  // " cfg=junctor.cfg:42:9 call_id=..." or empty

private:
    std::string_view call_id_;
    const Place* place_ = nullptr;
    LogScope* outer_;
};

// Owned by the server: set once at start, before threads.
void set_log_sink(std::shared_ptr<LogSink> sink);
void set_log_level(int debug);  // OpenSER's `debug`: a line of level L is written if debug >= L
int log_level();
std::shared_ptr<LogSink> stderr_sink();
std::shared_ptr<LogSink> syslog_sink(std::string name, int facility);

inline bool log_enabled(LogLevel level)
{
    return log_level() >= static_cast<int>(level);
}
void log_raw(LogLevel level, std::string_view text);   // script output
inline constexpr std::string_view core_area = "core";  // of what concerns the whole server
void log_line(LogLevel level, std::string_view area, fmt::string_view format, fmt::format_args args);

template <class... Args>
void log_at(LogLevel level, std::string_view area, fmt::format_string<Args...> format, Args&&... args)
{
    if (log_enabled(level)) log_line(level, area, format, fmt::make_format_args(args...));
}
template <class... Args>
void log_error(std::string_view area, fmt::format_string<Args...> format, Args&&... args)
{
    log_at(LogLevel::Error, area, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_warning(std::string_view area, fmt::format_string<Args...> format, Args&&... args)
{
    log_at(LogLevel::Warning, area, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_notice(std::string_view area, fmt::format_string<Args...> format, Args&&... args)
{
    log_at(LogLevel::Notice, area, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_info(std::string_view area, fmt::format_string<Args...> format, Args&&... args)
{
    log_at(LogLevel::Info, area, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_debug(std::string_view area, fmt::format_string<Args...> format, Args&&... args)
{
    log_at(LogLevel::Debug, area, format, std::forward<Args>(args)...);
}

}  // namespace junctor
