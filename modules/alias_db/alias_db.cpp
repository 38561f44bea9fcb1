// alias_db: a Request-URI that is an alias becomes the URI of the user behind it (table dbaliases).
//
// One awaited SELECT for each call and nothing cached, so that an admin's change counts at once.
#include <fmt/format.h>

#include "core/db/table.h"
#include "core/module/module.h"
#include "core/module/named_tables.h"
#include "core/script/uri_rewrite.h"

namespace junctor::alias_db
{

constexpr Code replaced{1}, no_alias{-1};

// alias_username@alias_domain stands for username@domain.
struct Alias {
    std::string username, domain, alias_username, alias_domain;
    static constexpr auto table = db::table(
        "dbaliases", db::versions{}, db::column("username", &Alias::username, "user_column"),
        db::column("domain", &Alias::domain, "domain_column"),
        db::column("alias_username", &Alias::alias_username, "alias_user_column"),
        db::optional_column("alias_domain", &Alias::alias_domain, "alias_domain_column"));  // with use_domain
};
using Aliases = db::Table<Alias>;
using AliasesPtr = std::shared_ptr<Aliases>;

class AliasDb final : public Module
{
public:
    static void declare(Declaration<AliasDb>& d)
    {
        d.param("db_url", &AliasDb::db_url_, "the database");
        d.columns(&AliasDb::columns_);
        d.param("use_domain", &AliasDb::use_domain_, "compare the alias's domain, too");
        d.param("domain_prefix", &AliasDb::domain_prefix_,
                "cut from the Request-URI's host before it is compared");
        d.param("db_deadline", &AliasDb::db_deadline_,
                "milliseconds that a query may take; 0: as the global db_deadline");
        d.function("alias_db_lookup", &AliasDb::lookup, {Route::Request, Route::Failure},
                   "the table of aliases: replaces a Request-URI that is an alias");
    }

    Result<void> start(StartContext& context) override;
    Result<AliasesPtr> parse_argument(const script::Argument& argument, script::BindContext&,
                                      std::type_identity<AliasesPtr>);

private:
    Task<Code> lookup(Message& message, AliasesPtr aliases);
    Result<void> bind(const std::string& name, Aliases& aliases, db::Databases& databases) const;
    std::string_view without_prefix(std::string_view host) const;

    std::string db_url_ = "mysql://openserro:openserro@localhost/openser";
    Aliases columns_;  // what modparams make of the columns' names; each table of the script is a copy
    bool use_domain_ = false;
    std::string domain_prefix_;
    unsigned db_deadline_ = 0;
    NamedTables<Aliases> tables_;
};

Result<AliasesPtr> AliasDb::parse_argument(const script::Argument& argument, script::BindContext&,
                                           std::type_identity<AliasesPtr>)
{
    return tables_.use(argument.text, [] { return std::make_shared<Aliases>(); });
}

Result<void> AliasDb::start(StartContext& context)
{
    return tables_.start([this, &databases = context.databases()](const std::string& name, Aliases& aliases) {
        return bind(name, aliases, databases);
    });
}

Result<void> AliasDb::bind(const std::string& name, Aliases& aliases, db::Databases& databases) const
{
    aliases.set_name(name);
    aliases.take_names(columns_);
    aliases.set_deadline(std::chrono::milliseconds(db_deadline_));
    const auto check = [this, &aliases]() -> Result<void> {
        if (!use_domain_ || aliases.has(&Alias::alias_domain)) return {};
        return fail(
            fmt::format("table {} has no column for the alias's domain: name it with alias_domain_column, "
                        "or set use_domain to 0",
                        aliases.name()));
    };
    if (auto bound = aliases.bind(databases, db_url_, check); !bound)
        return fail("alias_db: " + bound.error().text);
    return {};
}

std::string_view AliasDb::without_prefix(std::string_view host) const
{
    const bool cut = host.size() > domain_prefix_.size() && istarts_with(host, domain_prefix_);
    return cut ? host.substr(domain_prefix_.size()) : host;
}

Task<Code> AliasDb::lookup(Message& message, AliasesPtr aliases)
{
    const sip::Uri* uri = message.parsed_uri();
    if (uri == nullptr) co_return no_alias;
    auto where = db::where(&Alias::alias_username, uri->user);
    if (use_domain_) where.also(db::where_host(&Alias::alias_domain, without_prefix(uri->host)));

    const auto rows = co_await aliases->select(std::move(where), db::Window<Alias>().first(1));
    if (!rows) co_return message.fail(rows.error(), no_alias);
    if (rows->empty()) co_return no_alias;
    const Alias& found = rows->front();
    if (found.username.empty() || found.domain.empty()) {
        Error half{500, fmt::format("table {}: alias {} has no user or no domain behind it: it is no alias",
                                    aliases->name(), found.alias_username)};
        co_return message.fail(half, no_alias);
    }
    const std::string target = fmt::format("sip:{}@{}", found.username, found.domain);
    if (!rewrite_uri(message, target)) {
        Error unusable{500, fmt::format("table {}: alias {} leads to {}, which is no URI", aliases->name(),
                                        found.alias_username, quoted_for_log(target))};
        co_return message.fail(unusable, no_alias);
    }
    co_return replaced;
}

}  // namespace junctor::alias_db

JUNCTOR_MODULE(junctor::alias_db::AliasDb)
