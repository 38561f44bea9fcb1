// alias_db: aliases in the database (table dbaliases), as alias_db_lookup() of module alias_db finds them.
#include "tools/junctorctl/commands.h"
#include "tools/junctorctl/records.h"

namespace junctor::ctl
{
namespace
{

auto open_aliases(Session& session)
{
    return open_table<Alias>(session, "DA_TABLE", "dbaliases");
}

auto where_alias(const User& alias)
{
    return db::where(&Alias::alias_username, alias.name).also(&Alias::alias_domain, alias.domain);
}

auto sorted()
{
    auto order = db::order_by(&Alias::alias_domain);
    order.then(&Alias::alias_username);
    return order;
}

}  // namespace

int list_db_aliases(Session& session, const std::string& user_text, bool without_asking)
{
    std::optional<User> user;
    if (!user_text.empty()) {
        const auto parsed = session.user(user_text);
        if (!parsed) return session.give_up(parsed.error());
        user = *parsed;
    } else if (!without_asking &&
               !session.console.confirms("this lists all aliases, which may be many; go on?")) {
        return session.give_up({refused, "nothing was listed"});
    }
    const auto aliases = open_aliases(session);
    if (!aliases) return session.give_up(aliases.error());
    const auto found = db::run_blocking((*aliases)->select(rows_of<Alias>(user), sorted()));
    if (!found) return session.give_up({refused, found.error().text});

    std::vector<std::vector<std::string>> rows;
    if (user) {
        session.console.line("Dumping aliases for user=" + user->aor());
        for (const Alias& alias : *found) rows.push_back({alias.alias_username + "@" + alias.alias_domain});
        session.console.table({"alias"}, rows);
    } else {
        for (const Alias& alias : *found)
            rows.push_back({alias.alias_username, alias.alias_domain, alias.username, alias.domain});
        session.console.table({"alias_username", "alias_domain", "username", "domain"}, rows);
    }
    return done;
}

int show_db_alias(Session& session, const std::string& alias_text)
{
    const auto alias = session.user(alias_text);
    if (!alias) return session.give_up(alias.error());
    const auto aliases = open_aliases(session);
    if (!aliases) return session.give_up(aliases.error());
    const auto found = db::run_blocking((*aliases)->select(where_alias(*alias)));
    if (!found) return session.give_up({refused, found.error().text});
    if (found->empty()) return session.give_up({refused, "there is no alias " + alias->aor()});
    std::vector<std::vector<std::string>> rows;
    for (const Alias& row : *found) rows.push_back({row.username + "@" + row.domain});
    session.console.table({"SIP-ID"}, rows);
    return done;
}

int add_db_alias(Session& session, const std::string& alias_text, const std::string& user_text)
{
    const auto alias = session.user(alias_text);
    if (!alias) return session.give_up(alias.error());
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    const auto aliases = open_aliases(session);
    if (!aliases) return session.give_up(aliases.error());
    const auto written =
        db::run_blocking((*aliases)->insert({alias->name, alias->domain, user->name, user->domain}));
    if (!written)
        return session.give_up({refused, written.error().status == 409
                                             ? "alias " + alias->aor() + " is there already"
                                             : "adding the alias failed: " + written.error().text});
    session.console.info("alias " + alias->aor() + " of " + user->aor() + " added");
    return done;
}

int remove_db_alias(Session& session, const std::string& alias_text)
{
    const auto alias = session.user(alias_text);
    if (!alias) return session.give_up(alias.error());
    const auto aliases = open_aliases(session);
    if (!aliases) return session.give_up(aliases.error());
    const auto removed = db::run_blocking((*aliases)->remove(where_alias(*alias)));
    if (!removed) return session.give_up({refused, removed.error().text});
    if (*removed == 0) return session.give_up({refused, "there is no alias " + alias->aor()});
    session.console.info("alias " + alias->aor() + " removed");
    return done;
}

}  // namespace junctor::ctl
