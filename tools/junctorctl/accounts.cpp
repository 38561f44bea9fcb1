#include "tools/junctorctl/accounts.h"

#include <chrono>

#include "core/base/ascii.h"
#include "core/db/run_blocking.h"
#include "core/sip/digest.h"
#include "tools/junctorctl/settings.h"

namespace junctor::ctl
{
namespace
{

db::DateTime now()
{
    return {std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())};
}

template <class Row>
auto of(const User& user)
{
    return db::where(&Row::username, user.name).also(&Row::domain, user.domain);
}

// A table that this database may lack: null then.
template <class Row>
Result<std::unique_ptr<db::Table<Row>>> bind_if_there(const std::shared_ptr<db::Database>& database,
                                                      const std::vector<std::string>& present,
                                                      const std::string& name)
{
    const bool there =
        std::any_of(present.begin(), present.end(), [&](const auto& table) { return iequals(table, name); });
    if (!there) return std::unique_ptr<db::Table<Row>>();
    auto table = std::make_unique<db::Table<Row>>();
    table->set_name(name);
    if (auto bound = table->bind(database); !bound) return fail(refused, bound.error().text);
    return table;
}

}  // namespace

Accounts::Accounts(std::shared_ptr<db::Database> database) : database_(std::move(database)) {}

Result<Accounts> Accounts::open(std::shared_ptr<db::Database> database, const AccountTables& names)
{
    Accounts accounts(database);
    accounts.subscribers_ = std::make_unique<db::Table<Subscriber>>();
    accounts.subscribers_->set_name(names.subscriber);
    if (auto bound = accounts.subscribers_->bind(database); !bound) return fail(refused, bound.error().text);

    const auto present = db::run_blocking(database->tables());
    if (!present) return fail(refused, present.error().text);
    auto memberships = bind_if_there<Membership>(database, *present, names.grp);
    if (!memberships) return fail(memberships.error());
    auto aliases = bind_if_there<Alias>(database, *present, names.dbaliases);
    if (!aliases) return fail(aliases.error());
    accounts.memberships_ = std::move(*memberships);
    accounts.aliases_ = std::move(*aliases);
    return accounts;
}

Result<bool> Accounts::exists(const User& user)
{
    const auto rows = db::run_blocking(subscribers_->select(of<Subscriber>(user)));
    if (!rows) return fail(refused, rows.error().text);
    return !rows->empty();
}

Result<bool> Accounts::is_alias(const User& user)
{
    if (!aliases_) return false;
    const auto rows = db::run_blocking(aliases_->select(
        db::where(&Alias::alias_username, user.name).also(&Alias::alias_domain, user.domain)));
    if (!rows) return fail(refused, rows.error().text);
    return !rows->empty();
}

Result<void> Accounts::add(const User& user, const std::string& password, const std::string& email,
                           bool store_password)
{
    const Subscriber row{
        user.name,           user.domain,          store_password ? password : "", email, now(),
        ha1(user, password), ha1b(user, password), to_hex(sip::random_bytes(16)),  now()};
    const auto written = db::run_blocking(subscribers_->insert(row));
    if (!written) return fail(refused, written.error().text);
    return {};
}

Result<bool> Accounts::set_password(const User& user, const std::string& password, bool store_password)
{
    auto values = db::set(&Subscriber::ha1, ha1(user, password));
    values.also(&Subscriber::ha1b, ha1b(user, password));
    values.also(&Subscriber::password, store_password ? password : std::string());
    values.also(&Subscriber::datetime_modified, now());
    const auto written = db::run_blocking(subscribers_->update(of<Subscriber>(user), std::move(values)));
    if (!written) return fail(refused, written.error().text);
    return *written > 0;
}

Result<bool> Accounts::remove(const User& user)
{
    const auto there = exists(user);
    if (!there || !*there) return there;
    std::vector<db::Statement> statements{subscribers_->removal(of<Subscriber>(user))};
    if (memberships_) statements.push_back(memberships_->removal(of<Membership>(user)));
    if (aliases_) statements.push_back(aliases_->removal(of<Alias>(user)));
    const auto written = db::run_blocking(database_->write(std::move(statements), 0));
    if (!written) return fail(refused, written.error().text);
    return true;
}

}  // namespace junctor::ctl
