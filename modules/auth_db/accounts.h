// A table of accounts as www_authorize("realm", "table") names it: which columns hold the secrets, and which
// are loaded into AVPs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/db/dynamic_table.h"
#include "core/script/message.h"
#include "core/script/variable.h"
#include "core/sip/digest.h"

namespace junctor::auth_db
{

// What the parameters say.
struct Columns {
    std::string user = "username", domain = "domain";
    std::string ha1 = "ha1",
                ha1b = "ha1b";    // or, with plain_text, ha1 holds the password and ha1b is not used
    std::string sha256, sha256b;  // the same for SHA-256; empty: no such column
    bool plain_text = false;      // HA1 is calculated
    bool use_domain = false;
};

// An item of load_credentials.
struct Loaded {
    script::AvpName avp;
    std::string column;
};
// "rpid;$avp(s:name)=column;..."; the error says which item is meant.
Result<std::vector<Loaded>> parse_load_credentials(std::string_view text,
                                                   script::VariableRegistry& variables);

class Accounts
{
public:
    explicit Accounts(std::string table) : name_(std::move(table)) {}

    // Once, at start or when a reloaded script names a new table. Blocks.
    Result<void> bind(const Columns& columns, std::vector<Loaded> loaded, db::Databases& databases,
                      std::string_view url);

    // One account's row: the secret for these credentials first, then what is loaded.
    Task<Result<db::RowSet>> find(const sip::DigestCredentials& digest, Duration deadline) const;
    // The HA1 that these credentials must have been made with; empty: there is none, and nothing matches.
    std::string ha1(const db::RowSet& row, const sip::DigestCredentials& digest) const;
    // Empty and NULL values set nothing.
    void load(const db::RowSet& row, script::AvpList& avps) const;

private:
    std::optional<db::ColumnId> secret_column(const sip::DigestCredentials& digest) const;

    std::string name_;
    Columns columns_;
    std::vector<Loaded> loaded_;
    std::optional<db::DynamicTable> table_;
    db::ColumnId user_ = 0, domain_ = 0, ha1_ = 0, ha1b_ = 0;
    std::optional<db::ColumnId> sha256_, sha256b_;
    std::vector<db::ColumnId> loaded_columns_;
};

}  // namespace junctor::auth_db
