// script_reload, script_check, log_level: beyond OpenSER 1.2.
#include "core/admin/command_sets.h"
#include "core/base/ascii.h"
#include "core/base/log.h"

namespace junctor::admin
{
namespace
{

void add_lines(mi::Reply& reply, std::string_view text)
{
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        reply.add("", std::string(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

mi::Reply reply_of(const Result<std::string>& outcome, const char* refusal)
{
    mi::Reply reply = outcome ? mi::Reply::ok() : mi::Reply::error(400, refusal);
    add_lines(reply, outcome ? *outcome : outcome.error().text);
    return reply;
}

Task<mi::Reply> reload(ServerControl& server)
{
    co_return reply_of(co_await server.reload_script(), "Script not loaded, the old one stays in force");
}

Task<mi::Reply> check(ServerControl& server, std::string file)
{
    co_return reply_of(co_await server.check_script(std::move(file)), "Script has errors");
}

Task<mi::Reply> bad_count()
{
    co_return mi::Reply::bad_count();
}

mi::Reply change_log_level(const mi::Request& request)
{
    if (request.arguments.size() > 1) return mi::Reply::bad_count();
    if (request.arguments.size() == 1) {
        const auto level = parse_signed(request.arguments[0]);
        if (!level || *level < -3 || *level > 9) return mi::Reply::error(400, "Bad parameter");
        set_log_level(static_cast<int>(*level));
    }
    mi::Reply reply;
    reply.add("Level", std::to_string(log_level()));
    return reply;
}

}  // namespace

std::vector<mi::Command> script_commands(ServerControl& server)
{
    return {
        {"script_reload", "Checks the routing script and puts it in force; calls under way keep the old one",
         false, [&server](mi::Request) { return reload(server); }},
        {"script_check", "Checks the routing script, or another file: [file]", true,
         [&server](mi::Request request) {
             if (request.arguments.size() > 1) return bad_count();
             return check(server,
                          request.arguments.empty() ? std::string() : std::move(request.arguments[0]));
         }},
        command("log_level",
                "Shows or sets the log level (`debug` of the script, until the restart): [-3..9]", true,
                change_log_level)};
}

}  // namespace junctor::admin
