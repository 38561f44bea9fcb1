// xlog: log lines of the script, with pseudo-variables.
#include "core/base/log.h"
#include "core/module/module.h"

namespace junctor::xlog
{

namespace
{

constexpr Code done{1}, failed{-1};

// "L_ERR" and its kin: the third character decides.
struct Level {
    LogLevel level = LogLevel::Error;
};

}  // namespace

}  // namespace junctor::xlog

template <>
struct junctor::script::ArgumentType<junctor::xlog::Level> {
    static Result<xlog::Level> parse(const Argument& argument, BindContext&)
    {
        const char letter = argument.text.size() < 3 ? '\0' : argument.text[2];
        switch (letter) {
            case 'A': return xlog::Level{LogLevel::Alert};
            case 'C': return xlog::Level{LogLevel::Critical};
            case 'E': return xlog::Level{LogLevel::Error};
            case 'W': return xlog::Level{LogLevel::Warning};
            case 'N': return xlog::Level{LogLevel::Notice};
            case 'I': return xlog::Level{LogLevel::Info};
            case 'D': return xlog::Level{LogLevel::Debug};
            default:
                return fail(
                    "a log level is L_ALERT, L_CRIT, L_ERR, L_WARN, L_NOTICE, L_INFO or L_DBG, not \"" +
                    argument.text + "\"");
        }
    }
};

namespace junctor::xlog
{

class Xlog final : public Module
{
public:
    static void declare(Declaration<Xlog>& d)
    {
        d.param("buf_size", Parameter::Type::Integer, &Xlog::set_buffer_size,
                "bytes that an expanded message may have, plus one");
        d.param("force_color", &Xlog::force_colour_, "print terminal colours to syslog, too");
        d.function("xlog", &Xlog::log_error, script::any_route,
                   "the text with pseudo-variables, logged as an error");
        d.function("xlog", &Xlog::log_at, script::any_route, "the level, such as L_INFO; then the text");
        d.function("xdbg", &Xlog::log_debug, script::any_route, "the text, logged as a debug message");
    }

private:
    Code log_error(Message& message, const script::Format& text)
    {
        return log(message, LogLevel::Error, text);
    }
    Code log_debug(Message& message, const script::Format& text)
    {
        return log(message, LogLevel::Debug, text);
    }
    Code log_at(Message& message, const Level& level, const script::Format& text)
    {
        return log(message, level.level, text);
    }
    Code log(Message& message, LogLevel level, const script::Format& text) const;
    Result<void> set_buffer_size(const script::Argument& value);

    std::size_t buffer_size_ = 4096;
    bool force_colour_ = false;
};

Code Xlog::log(Message& message, LogLevel level, const script::Format& text) const
{
    if (!log_enabled(level)) return done;
    const bool colours = force_colour_ || message.environment().settings.log_stderr;
    const auto line = text.expand(message, buffer_size_ - 1, colours);
    if (!line) {
        junctor::log_error("xlog", "the message is longer than {} bytes (buf_size) and is not written",
                           buffer_size_ - 1);
        return failed;
    }
    log_raw(level, *line);
    return done;
}

Result<void> Xlog::set_buffer_size(const script::Argument& value)
{
    const auto number = parse_parameter_number(value);
    if (!number) return fail(number.error());
    if (*number < 1 || *number > 1 << 20) return fail("buf_size is 1 to 1048576 bytes");
    buffer_size_ = static_cast<std::size_t>(*number);
    return {};
}

}  // namespace junctor::xlog

JUNCTOR_MODULE(junctor::xlog::Xlog)
