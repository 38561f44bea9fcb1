// domain: the domains that the server serves (table domain), and what the running server has of them.
#include <chrono>

#include "core/base/ascii.h"
#include "core/db/calendar.h"
#include "tools/junctorctl/commands.h"
#include "tools/junctorctl/records.h"

namespace junctor::ctl
{
namespace
{

struct ServedDomain {
    std::string domain;
    db::DateTime last_modified;
    static constexpr auto table =
        db::table("domain", db::versions::from(1), db::column("domain", &ServedDomain::domain),
                  db::optional_column("last_modified", &ServedDomain::last_modified));
};

auto open_domains(Session& session)
{
    return open_table<ServedDomain>(session, "DOMAIN_TABLE", "domain");
}

void remind(Session& session)
{
    session.console.info("a server that keeps its domains in memory needs: junctorctl domain reload");
}

}  // namespace

int show_stored_domains(Session& session)
{
    const auto domains = open_domains(session);
    if (!domains) return session.give_up(domains.error());
    const auto found = db::run_blocking((*domains)->select({}, db::order_by(&ServedDomain::domain)));
    if (!found) return session.give_up({refused, found.error().text});
    db::Calendar calendar(db::Zone::local());
    std::vector<std::vector<std::string>> rows;
    for (const ServedDomain& row : *found)
        rows.push_back({row.domain, (*domains)->has(&ServedDomain::last_modified)
                                        ? calendar.text(row.last_modified)
                                        : ""});
    session.console.table({"domain", "last_modified"}, rows);
    return done;
}

int show_domains(Session& session)
{
    const auto reply = session.ask("domain_dump");
    if (reply) {
        session.console.reply(*reply);
        return reply->code < 300 ? done : refused;
    }
    if (reply.error().status != no_server) return session.give_up(reply.error());
    session.console.warning("no server answers; this is what the table says");
    return show_stored_domains(session);
}

int add_domain(Session& session, const std::string& domain)
{
    if (!is_host(domain)) return session.give_up({refused, "invalid domain: " + domain});
    const auto domains = open_domains(session);
    if (!domains) return session.give_up(domains.error());
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    // In lower case it is found whatever the database thinks of case.
    const auto written = db::run_blocking((*domains)->insert({lower_copy(domain), db::DateTime{now}}));
    if (!written)
        return session.give_up({refused, written.error().status == 409
                                             ? "domain " + domain + " is there already"
                                             : "adding the domain failed: " + written.error().text});
    remind(session);
    return done;
}

int remove_domain(Session& session, const std::string& domain)
{
    const auto domains = open_domains(session);
    if (!domains) return session.give_up(domains.error());
    const auto removed = db::run_blocking((*domains)->remove(db::where_host(&ServedDomain::domain, domain)));
    if (!removed) return session.give_up({refused, removed.error().text});
    if (*removed == 0) return session.give_up({refused, "there is no domain " + domain});
    remind(session);
    return done;
}

}  // namespace junctor::ctl
