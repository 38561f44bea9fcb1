// log() and error(): text from the script, written as it is. Nothing in it is expanded; xlog (a module) does
// that.
#include "core/base/log.h"
#include "core/script/command.h"

namespace junctor::script
{
namespace
{

// OpenSER's numbers; what lies between or outside goes to the nearest level that is written.
LogLevel level_from(std::int64_t number)
{
    if (number <= -3) return LogLevel::Alert;
    if (number == -2) return LogLevel::Critical;
    if (number <= 0) return LogLevel::Error;
    if (number >= 4) return LogLevel::Debug;
    return static_cast<LogLevel>(number);
}

}  // namespace

Result<std::unique_ptr<Call>> bind_log_command(const CommandArguments& arguments)
{
    if (arguments.command.id == CommandId::Error) {
        const std::string text = arguments.text(0) + ": " + arguments.text(1);
        return plain_command([text](Message&) {
            log_error("script", "{}", text);
            return done;
        });
    }
    const bool has_level = arguments.list.size() == 2;
    const std::int64_t level = has_level ? arguments.number(0) : 4;
    const std::string text = arguments.text(has_level ? 1 : 0);
    return plain_command([level, text](Message&) {
        if (log_level() >= level) log_raw(level_from(level), text);
        return done;
    });
}

}  // namespace junctor::script
