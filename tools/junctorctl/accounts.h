// Accounts in the database: what `add`, `passwd` and `rm` change. Values are bound; nothing is pasted into
// SQL.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/db/table.h"
#include "tools/junctorctl/user.h"

namespace junctor::ctl
{

// One account of table subscriber, as far as the tool writes it.
struct Subscriber {
    std::string username, domain, password, email_address;
    db::DateTime datetime_created;
    std::string ha1, ha1b;
    std::string phplib_id;           // of the web pages' layout: random, and there may be no two alike
    db::DateTime datetime_modified;  // of the same

    static constexpr auto table = db::table(
        "subscriber", db::versions::from(6), db::column("username", &Subscriber::username),
        db::column("domain", &Subscriber::domain), db::column("password", &Subscriber::password),
        db::column("email_address", &Subscriber::email_address),
        db::column("datetime_created", &Subscriber::datetime_created), db::column("ha1", &Subscriber::ha1),
        db::column("ha1b", &Subscriber::ha1b), db::optional_column("phplib_id", &Subscriber::phplib_id),
        db::optional_column("datetime_modified", &Subscriber::datetime_modified));
};

// What `rm` takes away beside the account, where the tables exist.
struct Membership {
    std::string username, domain;
    static constexpr auto table =
        db::table("grp", db::versions{}, db::column("username", &Membership::username),
                  db::column("domain", &Membership::domain));
};

struct Alias {
    std::string alias_username, alias_domain, username, domain;
    static constexpr auto table =
        db::table("dbaliases", db::versions{}, db::column("alias_username", &Alias::alias_username),
                  db::column("alias_domain", &Alias::alias_domain), db::column("username", &Alias::username),
                  db::column("domain", &Alias::domain));
};

struct AccountTables {  // names, as SUB_TABLE, ACL_TABLE and DA_TABLE change them
    std::string subscriber = "subscriber", grp = "grp", dbaliases = "dbaliases";
};

class Accounts
{
public:
    // Checks the table's version and columns.
    static Result<Accounts> open(std::shared_ptr<db::Database> database, const AccountTables& names);

    Result<bool> exists(const User& user);
    Result<bool> is_alias(const User& user);  // in dbaliases; false if there is no such table
    Result<void> add(const User& user, const std::string& password, const std::string& email,
                     bool store_password);
    // False: no such user.
    Result<bool> set_password(const User& user, const std::string& password, bool store_password);
    // With memberships and aliases, all or nothing. False: no such user.
    Result<bool> remove(const User& user);

private:
    explicit Accounts(std::shared_ptr<db::Database> database);

    std::shared_ptr<db::Database> database_;
    std::unique_ptr<db::Table<Subscriber>> subscribers_;
    std::unique_ptr<db::Table<Membership>> memberships_;  // null: not in this database
    std::unique_ptr<db::Table<Alias>> aliases_;
};

}  // namespace junctor::ctl
