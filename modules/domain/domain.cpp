// domain: is this host one of ours? (table domain)
//
// db_mode 0 asks the database each time; else the table is in memory and the functions never wait.
#include <unordered_set>

#include "core/base/log.h"
#include "core/db/cached.h"
#include "core/module/module.h"

namespace junctor::domain
{

constexpr Code local{1}, not_local{-1}, no_from{-2};

struct ServedDomain {
    std::optional<std::string> domain;
    static constexpr auto table = db::table(db::TableName("domain", "domain_table"), db::versions::from(1),
                                            db::column("domain", &ServedDomain::domain, "domain_col"));
};

// The table in memory.
using DomainSet = std::unordered_set<std::string, CaselessHash, CaselessEqual>;

namespace
{

Result<void> add_row(DomainSet& domains, ServedDomain& row)
{
    if (!row.domain) return fail("a row of table domain has no domain (NULL)");
    domains.insert(std::move(*row.domain));
    return {};
}

}  // namespace

class Domain final : public Module
{
public:
    static void declare(Declaration<Domain>& d)
    {
        d.table(&Domain::table_);
        d.param("db_mode", &Domain::db_mode_, "0: a query each time; else the table is kept in memory");
        d.param("db_deadline", &Domain::db_deadline_,
                "milliseconds that a query may take; 0: as the global db_deadline");
        const auto routes = {Route::Request, Route::Failure, Route::Branch};
        d.function("is_from_local", &Domain::is_from_local, &Domain::is_from_local_waiting,
                   &Domain::must_wait, routes, "is the host of From's URI one of ours?");
        d.function("is_uri_host_local", &Domain::is_uri_host_local, &Domain::is_uri_host_local_waiting,
                   &Domain::must_wait, routes, "is the host of the Request-URI one of ours?");
        d.function("is_domain_local", &Domain::is_domain_local, &Domain::is_domain_local_waiting,
                   &Domain::must_wait, routes, "a variable that holds a host: is it one of ours?");
        d.command("domain_reload", &Domain::reload, "reads the table anew and puts it in force", false);
        d.command("domain_dump", &Domain::dump, "the domains in force", false);
    }

    Result<void> start(StartContext& context) override;

private:
    bool in_memory() const { return db_mode_ != 0; }
    // Also until it is in memory, if the database was away at the start.
    bool must_wait(const Message&) const { return !in_memory() || !domains_.is_loaded(); }

    // Each in two forms: from memory, without an allocation, and from the database.
    Code is_from_local(Message& message) { return look_up(message, from_host(message), no_from); }
    Task<Code> is_from_local_waiting(Message& message)
    {
        return ask(message, copy(from_host(message)), no_from);
    }
    Code is_uri_host_local(Message& message) { return look_up(message, uri_host(message), not_local); }
    Task<Code> is_uri_host_local_waiting(Message& message)
    {
        return ask(message, copy(uri_host(message)), not_local);
    }
    Code is_domain_local(Message& message, const script::VariablePtr& variable)
    {
        const script::Value value = variable->get(message);
        return look_up(message, host_in(value), not_local);
    }
    Task<Code> is_domain_local_waiting(Message& message, const script::VariablePtr& variable)
    {
        const script::Value value = variable->get(message);
        return ask(message, copy(host_in(value)), not_local);
    }

    using Host = std::optional<std::string_view>;  // empty: the message does not say it
    static std::optional<std::string> copy(Host host)
    {
        return host ? std::optional<std::string>(*host) : std::nullopt;
    }
    static Host from_host(Message& message);
    static Host uri_host(Message& message);
    static Host host_in(const script::Value& value);
    Code look_up(Message& message, Host host, Code without_host);
    Task<Result<void>> load();
    Task<Code> ask(Message& message, std::optional<std::string> host, Code without_host);

    Task<mi::Reply> reload(mi::Request);
    Task<mi::Reply> dump(mi::Request);

    db::Table<ServedDomain> table_;
    int db_mode_ = 0;
    unsigned db_deadline_ = 0;
    db::Cached<DomainSet> domains_;
};

Result<void> Domain::start(StartContext& context)
{
    table_.set_deadline(std::chrono::milliseconds(db_deadline_));
    if (!in_memory()) return {};
    domains_.prepare(context.workers());
    return context.databases().now_or_later("domain: table " + table_.name(), [this] { return load(); });
}

Task<Result<void>> Domain::load()
{
    const auto loaded = co_await db::load(domains_, table_, add_row);
    if (!loaded)
        co_return fail(loaded.error().status,
                       fmt::format("domain: table {}: {}", table_.name(), loaded.error().text));
    log_info("domain", "{} domains loaded", *loaded);
    co_return Result<void>{};
}

Domain::Host Domain::from_host(Message& message)
{
    const sip::NameAddr* from = message.sip().from();
    if (from == nullptr) {
        message.fail({400, "is_from_local: From is missing or does not parse"}, no_from);
        return {};
    }
    return from->uri.host;
}

Domain::Host Domain::uri_host(Message& message)
{
    const sip::Uri* uri = message.parsed_uri();
    return uri == nullptr ? Host() : Host(uri->host);
}

Domain::Host Domain::host_in(const script::Value& value)
{
    if (!value.is_present() || value.is_integer() || value.text().empty()) return {};
    return value.text();
}

Code Domain::look_up(Message& message, Host host, Code without_host)
{
    if (!host) return without_host;
    const DomainSet& domains = domains_.read(message.environment().worker.index());
    return domains.contains(*host) ? local : not_local;
}

Task<Code> Domain::ask(Message& message, std::optional<std::string> host, Code without_host)
{
    if (!host) co_return without_host;
    const auto rows = co_await table_.select(db::where_host(&ServedDomain::domain, *host),
                                             db::Window<ServedDomain>().first(1));
    if (!rows) co_return message.fail(rows.error(), not_local);
    co_return rows->empty() ? not_local : local;
}

// With db_mode 0 what the table says is in force already.
Task<mi::Reply> Domain::reload(mi::Request)
{
    if (!in_memory()) co_return mi::Reply::ok();
    const auto loaded = co_await db::load(domains_, table_, add_row);
    if (!loaded) {
        log_error("domain", "table {} is not reloaded, the domains stay as they were: {}", table_.name(),
                  loaded.error().text);
        co_return mi::Reply::error(500, "Domain table reload failed");
    }
    co_return mi::Reply::ok();
}

Task<mi::Reply> Domain::dump(mi::Request)
{
    std::shared_ptr<const DomainSet> domains = domains_.current();
    if (!in_memory()) {
        db::Cached<DomainSet> now;
        const auto loaded = co_await db::load(now, table_, add_row);
        if (!loaded) co_return mi::Reply::error(500, "Domain table cannot be read");
        domains = now.current();
    }
    std::vector<std::string> sorted(domains->begin(), domains->end());
    std::sort(sorted.begin(), sorted.end());
    mi::Reply reply;
    for (std::string& name : sorted) reply.add("", std::move(name));
    co_return reply;
}

}  // namespace junctor::domain

JUNCTOR_MODULE(junctor::domain::Domain)
