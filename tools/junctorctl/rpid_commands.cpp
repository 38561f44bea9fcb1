// rpid: the Remote-Party-ID of accounts (column rpid of subscriber), which auth_db gives to the script.
#include "tools/junctorctl/commands.h"
#include "tools/junctorctl/records.h"

namespace junctor::ctl
{
namespace
{

struct Identity {
    std::string username, domain;
    std::optional<std::string> rpid;
    static constexpr auto table =
        db::table("subscriber", db::versions::from(6), db::column("username", &Identity::username),
                  db::column("domain", &Identity::domain), db::column("rpid", &Identity::rpid));
};

auto open_identities(Session& session)
{
    return open_table<Identity>(session, "SUB_TABLE", "subscriber");
}

}  // namespace

int show_rpid(Session& session, const std::string& user_text)
{
    std::optional<User> user;
    if (!user_text.empty()) {
        const auto parsed = session.user(user_text);
        if (!parsed) return session.give_up(parsed.error());
        user = *parsed;
    }
    const auto identities = open_identities(session);
    if (!identities) return session.give_up(identities.error());
    auto order = db::order_by(&Identity::username);
    order.then(&Identity::domain);
    const auto found = db::run_blocking((*identities)->select(rows_of<Identity>(user), std::move(order)));
    if (!found) return session.give_up({refused, found.error().text});
    if (user && found->empty()) return session.give_up({refused, "non-existent user '" + user->aor() + "'"});
    std::vector<std::vector<std::string>> rows;
    for (const Identity& row : *found) rows.push_back({row.username, row.domain, row.rpid.value_or("NULL")});
    session.console.table({"username", "domain", "rpid"}, rows);
    return done;
}

int set_rpid(Session& session, const std::string& user_text, const std::optional<std::string>& rpid)
{
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    const auto identities = open_identities(session);
    if (!identities) return session.give_up(identities.error());
    const auto exists = db::run_blocking((*identities)->select(rows_of<Identity>(*user)));
    if (!exists) return session.give_up({refused, exists.error().text});
    if (exists->empty()) return session.give_up({refused, "non-existent user '" + user->aor() + "'"});
    const auto changed =
        db::run_blocking((*identities)->update(rows_of<Identity>(*user), db::set(&Identity::rpid, rpid)));
    if (!changed) return session.give_up({refused, "changing the rpid failed: " + changed.error().text});
    return show_rpid(session, user_text);
}

}  // namespace junctor::ctl
