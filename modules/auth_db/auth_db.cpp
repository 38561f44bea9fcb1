// auth_db: digest authentication against a table of accounts.
//
// One awaited SELECT for each request with credentials, and no coroutine for those without; nothing is
// cached, so that a new password counts at once. The arithmetic and the nonces are module auth's.
#include "core/module/module.h"
#include "core/module/named_tables.h"
#include "modules/auth/auth.h"
#include "modules/auth_db/accounts.h"
#include "modules/sl/sl.h"

namespace junctor::auth_db
{

constexpr Code authorised{1}, refused{-1}, ended{0};

Code code_of(auth::Verdict verdict)
{
    switch (verdict) {
        case auth::Verdict::Authorised: return authorised;
        case auth::Verdict::Answered: return ended;
        case auth::Verdict::NotAuthorised:
        case auth::Verdict::CheckResponse: break;
    }
    return refused;
}

// The second argument of www_authorize() and proxy_authorize().
using AccountsPtr = std::shared_ptr<Accounts>;

class AuthDb final : public Module
{
public:
    static void declare(Declaration<AuthDb>& d)
    {
        d.param("db_url", &AuthDb::db_url_, "the database");
        d.param("user_column", &AuthDb::user_column_, "column of the user name");
        d.param("domain_column", &AuthDb::domain_column_, "column of the domain");
        d.param("password_column", &AuthDb::password_column_,
                "column of the HA1 hash, or of the password where calculate_ha1 is set");
        d.param("password_column_2", &AuthDb::password_column_2_,
                "column of the HA1 hash for digest user names with a domain");
        d.param("calculate_ha1", &AuthDb::calculate_ha1_, "the password column holds plain text");
        d.param("use_domain", &AuthDb::use_domain_, "compare the domain column, too");
        d.param("load_credentials", &AuthDb::load_credentials_,
                "columns that become AVPs: column;$avp(spec)=column;...");
        d.param("sha256_column", &AuthDb::sha256_column_, "column of the SHA-256 HA1 hash; empty: none");
        d.param("sha256_column_2", &AuthDb::sha256_column_2_,
                "column of the SHA-256 HA1 hash for digest user names with a domain; empty: none");
        d.param("db_deadline", &AuthDb::db_deadline_,
                "milliseconds that a query may take; 0: as the global db_deadline");
        d.function(
            "www_authorize", &AuthDb::www_authorize_now, &AuthDb::www_authorize, &AuthDb::has_authorization,
            {Route::Request},
            "checks Authorization: the realm, empty for the one of the message; the table of accounts");
        d.function(
            "proxy_authorize", &AuthDb::proxy_authorize_now, &AuthDb::proxy_authorize,
            &AuthDb::has_proxy_authorization, {Route::Request},
            "checks Proxy-Authorization: the realm, empty for the one of the message; the table of accounts");
    }

    Result<void> start(StartContext& context) override;

    // A table that the script names: bound at start, or at once when a running server reads a new script.
    Result<AccountsPtr> parse_argument(const script::Argument& argument, script::BindContext& context,
                                       std::type_identity<AccountsPtr>);

private:
    bool has_authorization(const Message& message) const
    {
        return message.sip().first(sip::HeaderType::Authorization) != nullptr;
    }
    bool has_proxy_authorization(const Message& message) const
    {
        return message.sip().first(sip::HeaderType::ProxyAuthorization) != nullptr;
    }
    Code www_authorize_now(Message& message, const script::Format& realm, const AccountsPtr&)
    {
        return judge_without(message, realm, auth::Kind::Www);
    }
    Code proxy_authorize_now(Message& message, const script::Format& realm, const AccountsPtr&)
    {
        return judge_without(message, realm, auth::Kind::Proxy);
    }
    Task<Code> www_authorize(Message& message, const script::Format& realm, const AccountsPtr& accounts)
    {
        return authorise(message, realm, accounts, auth::Kind::Www);
    }
    Task<Code> proxy_authorize(Message& message, const script::Format& realm, const AccountsPtr& accounts)
    {
        return authorise(message, realm, accounts, auth::Kind::Proxy);
    }
    // A message without that header.
    Code judge_without(Message& message, const script::Format& realm, auth::Kind kind);
    Task<Code> authorise(Message& message, script::Format realm, AccountsPtr accounts, auth::Kind kind);

    std::string db_url_ = "mysql://openserro:openserro@localhost/openser";
    std::string user_column_ = "username", domain_column_ = "domain";
    std::string password_column_ = "ha1", password_column_2_ = "ha1b";
    std::string sha256_column_, sha256_column_2_;
    std::string load_credentials_ = "rpid";
    bool calculate_ha1_ = false, use_domain_ = false;
    unsigned db_deadline_ = 0;

    auth::Authentication* auth_ = nullptr;
    sl::StatelessReplies* replies_ = nullptr;
    std::vector<Loaded> loaded_;
    NamedTables<Accounts> tables_;
};

Result<AccountsPtr> AuthDb::parse_argument(const script::Argument& argument, script::BindContext&,
                                           std::type_identity<AccountsPtr>)
{
    return tables_.use(argument.text, [&] { return std::make_shared<Accounts>(argument.text); });
}

Result<void> AuthDb::start(StartContext& context)
{
    auth_ = context.find<auth::Authentication>("auth");
    if (auth_ == nullptr) return fail("auth_db needs auth: put loadmodule \"auth.so\" before it");
    replies_ = context.find<sl::StatelessReplies>("sl");
    if (replies_ == nullptr) return fail("auth_db answers through sl: put loadmodule \"sl.so\" before it");
    if (auth_->offers(sip::DigestAlgorithm::Sha256) && !calculate_ha1_ && sha256_column_.empty())
        return fail(
            "auth offers SHA-256, but the table's hashes are MD5: set sha256_column to a column with SHA-256 "
            "hashes, "
            "or calculate_ha1 to 1 and password_column to a column with passwords");
    auto loaded = parse_load_credentials(load_credentials_, context.registry().variables());
    if (!loaded) return fail("load_credentials: " + loaded.error().text);
    loaded_ = std::move(*loaded);
    const Columns columns{user_column_,   domain_column_,   password_column_, password_column_2_,
                          sha256_column_, sha256_column_2_, calculate_ha1_,   use_domain_};
    return tables_.start([this, columns, &databases = context.databases()](const auto&, Accounts& accounts) {
        return accounts.bind(columns, loaded_, databases, db_url_);
    });
}

Code AuthDb::judge_without(Message& message, const script::Format& realm, auth::Kind kind)
{
    const auto wanted = realm.expand(message);
    return wanted ? code_of(auth_->pre_authorise(message, *wanted, kind).verdict) : refused;
}

Task<Code> AuthDb::authorise(Message& message, script::Format realm, AccountsPtr accounts, auth::Kind kind)
{
    const auto wanted = realm.expand(message);
    if (!wanted) co_return refused;
    const auto found = auth_->pre_authorise(message, *wanted, kind);
    if (found.verdict != auth::Verdict::CheckResponse) co_return code_of(found.verdict);
    const sip::DigestCredentials& digest = found.credentials.digest;  // of our copy, not the message's
    const auto row = co_await accounts->find(digest, std::chrono::milliseconds(db_deadline_));
    if (!row) {
        replies_->reply(message, 500, "Server Internal Error");
        co_return message.fail(row.error(), ended, script::Failure::ExternalLogic);
    }
    if (row->empty()) co_return refused;
    if (!auth_->response_matches(message, found.credentials, accounts->ha1(*row, digest))) co_return refused;
    if (auth_->post_authorise(message, found.credentials) != auth::Verdict::Authorised) co_return refused;
    accounts->load(*row, message.avps());
    co_return authorised;
}

}  // namespace junctor::auth_db

JUNCTOR_MODULE(junctor::auth_db::AuthDb)
