// ul, alias, online: the location service of the running server.
#include <set>

#include "core/base/ascii.h"
#include "tools/junctorctl/commands.h"

namespace junctor::ctl
{
namespace
{

std::string name_of(const Session& session, LocationTable table)
{
    return table == LocationTable::Location ? session.settings.get("UL_TABLE", "location")
                                            : session.settings.get("ALS_TABLE", "aliases");
}

// Over the FIFO a reply has lines only: "\tAOR:: alice".
void collect_aors(const std::vector<mi::Node>& nodes, std::set<std::string>& aors)
{
    for (const auto& node : nodes) {
        const std::string_view line = trim(node.value);
        if (node.name == "AOR") aors.insert(node.value);
        if (node.name.empty() && line.starts_with("AOR:: ")) aors.emplace(line.substr(6));
        collect_aors(node.children, aors);
    }
}

}  // namespace

int show_location(Session& session, LocationTable table, const std::string& user_text, bool brief)
{
    if (user_text.empty())
        return session.run("ul_dump", brief ? std::vector<std::string>{"brief"} : std::vector<std::string>{});
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    return session.run("ul_show_contact", {name_of(session, table), user->aor()});
}

int add_location(Session& session, LocationTable table, const std::string& user_text, const std::string& uri,
                 unsigned expires)
{
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    if (!is_sip_uri(uri)) return session.give_up({refused, "invalid SIP URI: " + uri});
    if (table == LocationTable::Location) {
        if (const auto free = session.refuse_alias(*user, nullptr); !free)
            return session.give_up(free.error());
    } else {
        auto accounts = session.accounts();
        if (!accounts) return session.give_up(accounts.error());
        const auto exists = accounts->exists(*user);
        if (!exists) return session.give_up(exists.error());
        if (*exists)
            return session.give_up({refused, user->aor() + " is a subscriber: it cannot be an alias, too"});
    }
    // q, an ignored value, flags, cflags, methods (all): MI's ul_add wants nine arguments.
    return session.run("ul_add", {name_of(session, table), user->aor(), uri, std::to_string(expires), "1.00",
                                  "0", "0", "0", "4294967295"});
}

int remove_location(Session& session, LocationTable table, const std::string& user_text,
                    const std::string& uri)
{
    const auto user = session.user(user_text);
    if (!user) return session.give_up(user.error());
    if (uri.empty()) return session.run("ul_rm", {name_of(session, table), user->aor()});
    if (!is_sip_uri(uri)) return session.give_up({refused, "invalid SIP URI: " + uri});
    return session.run("ul_rm_contact", {name_of(session, table), user->aor(), uri});
}

int show_online(Session& session)
{
    const auto reply = session.ask("ul_dump", {"brief"});
    if (!reply) return session.give_up(reply.error());
    if (reply->code >= 300) {
        session.console.reply(*reply);
        return refused;
    }
    std::set<std::string> aors;
    collect_aors(reply->nodes, aors);
    for (const auto& aor : aors) session.console.line(aor);
    return done;
}

}  // namespace junctor::ctl
