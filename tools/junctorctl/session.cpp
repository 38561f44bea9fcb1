#include "tools/junctorctl/session.h"

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::ctl
{

int Session::give_up(const Error& error)
{
    console.error(error.text);
    const bool known =
        error.status == no_server || error.status == no_reply_pipe || error.status == no_database;
    return known ? error.status : refused;
}

Result<mi::Reply> Session::ask(const std::string& command, const std::vector<std::string>& arguments)
{
    auto server = connect();
    if (!server) return fail(server.error());
    return (*server)->run(command, arguments);
}

int Session::run(const std::string& command, const std::vector<std::string>& arguments)
{
    const auto reply = ask(command, arguments);
    if (!reply) return give_up(reply.error());
    console.reply(*reply);
    return reply->code < 300 ? done : refused;
}

Result<User> Session::user(const std::string& text)
{
    return parse_user(text, settings.domain());
}

Result<Accounts> Session::accounts()
{
    auto database = open_database(false);
    if (!database) return fail(database.error());
    return Accounts::open(std::move(*database),
                          {settings.get("SUB_TABLE", "subscriber"), settings.get("ACL_TABLE", "grp"),
                           settings.get("DA_TABLE", "dbaliases")});
}

Result<void> Session::refuse_alias(const User& user, Accounts* accounts)
{
    const std::string type = settings.get("ALIASES_TYPE");
    const auto taken = [&] { return fail(refused, user.aor() + " exists already as an alias"); };
    if (iequals(type, "UL")) {
        const auto reply = ask("ul_show_contact", {settings.get("ALS_TABLE", "aliases"), user.aor()});
        if (!reply) return fail(reply.error());
        if (reply->code < 300) return taken();
        if (reply->code != 404)
            return fail(refused, fmt::format("whether {} is an alias cannot be found out: {} {}", user.aor(),
                                             reply->code, reply->reason));
    } else if (iequals(type, "DB")) {
        std::optional<Result<Accounts>> opened;
        if (accounts == nullptr) {
            opened.emplace(this->accounts());
            if (!*opened) return fail(opened->error());
            accounts = &**opened;
        }
        const auto found = accounts->is_alias(user);
        if (!found) return fail(found.error());
        if (*found) return taken();
    }
    return {};
}

}  // namespace junctor::ctl
