// acl: who is a member of which group (table grp), as is_user_in() of module group asks.
#include <chrono>
#include <sstream>

#include "core/db/calendar.h"
#include "tools/junctorctl/commands.h"
#include "tools/junctorctl/records.h"

namespace junctor::ctl
{
namespace
{

struct Grant {
    std::string username, domain, group;
    db::DateTime last_modified;
    static constexpr auto table =
        db::table("grp", db::versions::from(2), db::column("username", &Grant::username),
                  db::column("domain", &Grant::domain), db::column("grp", &Grant::group),
                  db::optional_column("last_modified", &Grant::last_modified));
};

auto open_grants(Session& session)
{
    return open_table<Grant>(session, "ACL_TABLE", "grp");
}

int print(Session& session, db::Table<Grant>& grants, const std::optional<User>& user)
{
    auto order = db::order_by(&Grant::username);
    order.then(&Grant::domain).then(&Grant::group);
    const auto found = db::run_blocking(grants.select(rows_of<Grant>(user), std::move(order)));
    if (!found) return session.give_up({refused, found.error().text});
    db::Calendar calendar(db::Zone::local());
    std::vector<std::vector<std::string>> rows;
    for (const Grant& grant : *found)
        rows.push_back({grant.username, grant.domain, grant.group,
                        grants.has(&Grant::last_modified) ? calendar.text(grant.last_modified) : ""});
    session.console.table({"username", "domain", "grp", "last_modified"}, rows);
    return done;
}

// A group that nobody has heard of is a slip of the pen, as a rule.
bool is_group(const Session& session, const std::string& group)
{
    if (!session.settings.is_on("VERIFY_ACL", true)) return true;
    std::istringstream known(session.settings.get("ACL_GROUPS", "local ld int voicemail free-pstn"));
    for (std::string one; known >> one;)
        if (one == group) return true;
    return false;
}

}  // namespace

int show_acl(Session& session, const std::string& user_text, bool without_asking)
{
    std::optional<User> user;
    if (!user_text.empty()) {
        const auto parsed = session.user(user_text);
        if (!parsed) return session.give_up(parsed.error());
        auto accounts = session.accounts();
        if (!accounts) return session.give_up(accounts.error());
        const auto exists = accounts->exists(*parsed);
        if (!exists) return session.give_up(exists.error());
        if (!*exists && !without_asking &&
            !session.console.confirms("there is no user '" + parsed->aor() + "'; go on all the same?"))
            return session.give_up({refused, "non-existent user '" + parsed->aor() + "'"});
        user = *parsed;
    }
    const auto grants = open_grants(session);
    if (!grants) return session.give_up(grants.error());
    return print(session, **grants, user);
}

int grant_acl(Session& session, const std::string& user_text, const std::vector<std::string>& groups)
{
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    const auto grants = open_grants(session);
    if (!grants) return session.give_up(grants.error());
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    bool any = false;
    for (const std::string& group : groups) {
        if (!is_group(session, group)) {
            session.console.warning("invalid privilege '" + group + "' is skipped: it is none of ACL_GROUPS");
            continue;
        }
        const auto written =
            db::run_blocking((*grants)->insert({user->name, user->domain, group, db::DateTime{now}}));
        if (!written)
            return session.give_up(
                {refused, written.error().status == 409
                              ? user->aor() + " is in group '" + group + "' already"
                              : "granting '" + group + "' failed: " + written.error().text});
        any = true;
    }
    if (!any) return session.give_up({refused, "nothing was granted"});
    return print(session, **grants, *user);
}

int revoke_acl(Session& session, const std::string& user_text, const std::string& group)
{
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    const auto grants = open_grants(session);
    if (!grants) return session.give_up(grants.error());
    auto where = rows_of<Grant>(*user);
    if (!group.empty()) where.also(&Grant::group, group);
    const auto removed = db::run_blocking((*grants)->remove(std::move(where)));
    if (!removed) return session.give_up({refused, removed.error().text});
    if (*removed == 0)
        return session.give_up(
            {refused, user->aor() + " is in no " + (group.empty() ? "group" : "group '" + group + "'")});
    return print(session, **grants, *user);
}

}  // namespace junctor::ctl
