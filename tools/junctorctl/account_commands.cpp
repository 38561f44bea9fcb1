// add, passwd, rm: accounts.
#include <fmt/format.h>

#include "tools/junctorctl/commands.h"

namespace junctor::ctl
{
namespace
{

Result<std::string> read_password(Console& console, const std::optional<std::string>& given)
{
    std::string password;
    if (given && *given != "-") {
        password = *given;
    } else if (given) {
        password = console.read_line();
    } else {
        auto first = console.ask_secret("new password: ");
        if (!first) return first;
        const auto second = console.ask_secret("once more: ");
        if (!second) return second;
        if (*first != *second) return fail(refused, "the two passwords differ");
        password = std::move(*first);
    }
    if (password.empty()) return fail(refused, "an empty password is not accepted");
    return password;
}

}  // namespace

int add_account(Session& session, const std::string& user_text,
                const std::optional<std::string>& password_given, const std::string& email)
{
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    auto accounts = session.accounts();
    if (!accounts) return session.give_up(accounts.error());
    const auto exists = accounts->exists(*user);
    if (!exists) return session.give_up(exists.error());
    if (*exists) return session.give_up({refused, "user '" + user->aor() + "' already exists"});
    if (const auto free = session.refuse_alias(*user, &*accounts); !free)
        return session.give_up(free.error());

    const auto password = read_password(session.console, password_given);
    if (!password) return session.give_up(password.error());
    const auto added =
        accounts->add(*user, *password, email, session.settings.is_on("STORE_PLAINTEXT_PW", true));
    if (!added)
        return session.give_up({added.error().status, "introducing the new user '" + user->aor() +
                                                          "' to the database failed: " + added.error().text});
    session.console.line("new user '" + user->aor() + "' added");
    return done;
}

int change_password(Session& session, const std::string& user_text,
                    const std::optional<std::string>& password_given)
{
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    auto accounts = session.accounts();
    if (!accounts) return session.give_up(accounts.error());
    const auto exists = accounts->exists(*user);
    if (!exists) return session.give_up(exists.error());
    if (!*exists) return session.give_up({refused, "non-existent user '" + user->aor() + "'"});

    const auto password = read_password(session.console, password_given);
    if (!password) return session.give_up(password.error());
    const auto changed =
        accounts->set_password(*user, *password, session.settings.is_on("STORE_PLAINTEXT_PW", true));
    if (!changed || !*changed)
        return session.give_up(
            {refused, "password change failed" + (changed ? "" : ": " + changed.error().text)});
    session.console.line("password change succeeded");
    return done;
}

int remove_account(Session& session, const std::string& user_text)
{
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    auto accounts = session.accounts();
    if (!accounts) return session.give_up(accounts.error());
    const auto removed = accounts->remove(*user);
    if (!removed) return session.give_up(removed.error());
    if (!*removed) return session.give_up({refused, "non-existent user '" + user->aor() + "'"});

    // Its phones must not be reachable any longer either.
    const std::string table = session.settings.get("UL_TABLE", "location");
    const auto reply = session.ask("ul_rm", {table, user->aor()});
    if (!reply)
        session.console.warning("the account is removed; its registered contacts, if any, are not: " +
                                reply.error().text);
    else if (reply->code >= 300 && reply->code != 404)
        session.console.warning(fmt::format("the account is removed; its registered contacts are not: {} {}",
                                            reply->code, reply->reason));
    return done;
}

}  // namespace junctor::ctl
