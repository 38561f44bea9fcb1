// uri_db: do To and From belong to the account that was verified, and is there a user behind the Request-URI?
// (tables uri and subscriber)
//
// One awaited SELECT for each call that needs the database, and nothing cached.
#include "core/base/log.h"
#include "core/db/table.h"
#include "core/module/module.h"
#include "core/script/credentials.h"

namespace junctor::uri_db
{

namespace
{

// As in OpenSER.
constexpr Code good{1}, unreadable{-1}, no_credentials{-2}, no_user{-4}, check_failed_query{-8},
    not_listed{-9}, another_user{-10};
constexpr Code exist_failed_query{-4}, does_not_exist{-5};

}  // namespace

// The account username@domain may use uri_user as its own.
struct AllowedUser {
    std::string username, domain, uri_user;
    static constexpr auto table =
        db::table(db::TableName("uri", "uri_table"), db::versions::from(1),
                  db::column("username", &AllowedUser::username, "uri_user_column"),
                  db::column("domain", &AllowedUser::domain, "uri_domain_column"),
                  db::column("uri_user", &AllowedUser::uri_user, "uri_uriuser_column"));
};

struct Subscriber {
    std::string username, domain;
    static constexpr auto table =
        db::table(db::TableName("subscriber", "subscriber_table"), db::versions::from(3),
                  db::column("username", &Subscriber::username, "subscriber_user_column"),
                  db::column("domain", &Subscriber::domain, "subscriber_domain_column"));
};

class UriDb final : public Module
{
public:
    static void declare(Declaration<UriDb>& d)
    {
        d.param("db_url", &UriDb::db_url_, "the database; empty: none, and none is asked");
        d.columns(&UriDb::allowed_);
        d.columns(&UriDb::subscribers_);
        d.param("use_uri_table", &UriDb::use_uri_table_, "table uri says who may use which user name");
        d.param("use_domain", &UriDb::use_domain_, "does_uri_exist() compares the domain, too");
        d.param("db_deadline", &UriDb::db_deadline_,
                "milliseconds that a query may take; 0: as the global db_deadline");
        const auto routes = {Route::Request};
        d.function("check_to", &UriDb::check_to, &UriDb::check_to_waiting, &UriDb::asks_uri_table, routes,
                   "is the user of To the account that was verified?");
        d.function("check_from", &UriDb::check_from, &UriDb::check_from_waiting, &UriDb::asks_uri_table,
                   routes, "is the user of From the account that was verified?");
        d.function("does_uri_exist", &UriDb::does_uri_exist, routes,
                   "is there a user of the Request-URI's name?");
        d.check(&UriDb::refuse_without_database);
    }

    Result<void> start(StartContext& context) override;

private:
    bool asks_uri_table(const Message&) const { return use_uri_table_; }
    Result<void> refuse_without_database(std::span<const script::Argument>) const;

    Code check_to(Message& message) { return same_user(message, message.sip().to(), "check_to: To"); }
    Code check_from(Message& message) { return same_user(message, message.sip().from(), "check_from: From"); }
    Task<Code> check_to_waiting(Message& message)
    {
        return is_listed(message, message.sip().to(), "check_to: To");
    }
    Task<Code> check_from_waiting(Message& message)
    {
        return is_listed(message, message.sip().from(), "check_from: From");
    }
    Task<Code> does_uri_exist(Message& message);

    // The digest credentials to compare `address` with, or the code that says why there is no question.
    struct Question {
        std::optional<sip::DigestCredentials> account;
        Code otherwise = good;
    };
    static Question question(Message& message, const sip::NameAddr* address, std::string_view what);
    static Code same_user(Message& message, const sip::NameAddr* address, std::string_view what);
    Task<Code> is_listed(Message& message, const sip::NameAddr* address, std::string_view what) const;

    std::string db_url_ = "mysql://openserro:openserro@localhost/openser";
    db::Table<AllowedUser> allowed_;     // bound if use_uri_table
    db::Table<Subscriber> subscribers_;  // bound if not
    bool use_uri_table_ = false, use_domain_ = false;
    unsigned db_deadline_ = 0;
};

Result<void> UriDb::refuse_without_database(std::span<const script::Argument>) const
{
    if (db_url_.empty())
        return fail("does_uri_exist() needs a database: set modparam(\"uri_db\", \"db_url\", ...)");
    return {};
}

Result<void> UriDb::start(StartContext& context)
{
    if (db_url_.empty()) {
        if (use_uri_table_) return fail("uri_db: use_uri_table needs a database: set db_url");
        return {};
    }
    db::TableBase& table = use_uri_table_ ? static_cast<db::TableBase&>(allowed_) : subscribers_;
    table.set_deadline(std::chrono::milliseconds(db_deadline_));
    if (auto bound = table.bind(context.databases(), db_url_); !bound)
        return fail("uri_db: " + bound.error().text);
    return {};
}

UriDb::Question UriDb::question(Message& message, const sip::NameAddr* address, std::string_view what)
{
    if (address == nullptr)
        return {{}, message.fail({400, fmt::format("{} is missing or does not parse", what)}, unreadable)};
    auto account = script::verified_credentials(message);
    if (!account)
        return {
            {},
            message.fail({500, fmt::format("{}: no credentials have been verified", what)}, no_credentials)};
    if (!address->uri.has_user) return {{}, no_user};
    return {account, good};
}

Code UriDb::same_user(Message& message, const sip::NameAddr* address, std::string_view what)
{
    const Question asked = question(message, address, what);
    if (!asked.account) return asked.otherwise;
    return iequals(asked.account->user(), address->uri.user) ? good : another_user;
}

Task<Code> UriDb::is_listed(Message& message, const sip::NameAddr* address, std::string_view what) const
{
    const Question asked = question(message, address, what);
    if (!asked.account) co_return asked.otherwise;
    auto where = db::where(&AllowedUser::username, asked.account->user())
                     .also(db::where_host(&AllowedUser::domain, script::account_domain(*asked.account)))
                     .also(&AllowedUser::uri_user, address->uri.user);
    const auto rows = co_await allowed_.select(std::move(where), db::Window<AllowedUser>().first(1));
    if (!rows) co_return message.fail(rows.error(), check_failed_query);
    co_return rows->empty() ? not_listed : good;
}

Task<Code> UriDb::does_uri_exist(Message& message)
{
    const sip::Uri* uri = message.parsed_uri();
    if (uri == nullptr) co_return unreadable;
    Result<bool> found = false;
    if (use_uri_table_) {
        auto where = db::where(&AllowedUser::uri_user, uri->user);
        if (use_domain_) where.also(db::where_host(&AllowedUser::domain, uri->host));
        const auto rows = co_await allowed_.select(std::move(where), db::Window<AllowedUser>().first(1));
        found = rows ? Result<bool>(!rows->empty()) : fail(rows.error());
    } else {
        auto where = db::where(&Subscriber::username, uri->user);
        if (use_domain_) where.also(db::where_host(&Subscriber::domain, uri->host));
        const auto rows = co_await subscribers_.select(std::move(where), db::Window<Subscriber>().first(1));
        found = rows ? Result<bool>(!rows->empty()) : fail(rows.error());
    }
    if (!found) co_return message.fail(found.error(), exist_failed_query);
    co_return *found ? good : does_not_exist;
}

}  // namespace junctor::uri_db

JUNCTOR_MODULE(junctor::uri_db::UriDb)
