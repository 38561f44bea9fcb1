#include "modules/auth_db/accounts.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/log.h"

namespace junctor::auth_db
{
namespace
{

constexpr int lowest_version = 6;

}  // namespace

Result<std::vector<Loaded>> parse_load_credentials(std::string_view text, script::VariableRegistry& variables)
{
    std::vector<Loaded> items;
    while (!text.empty()) {
        const std::size_t end = text.find(';');
        const std::string_view item = trim(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t equals = item.find('=');
        const std::string_view column =
            equals == std::string_view::npos ? item : trim(item.substr(equals + 1));
        if (column.empty() || column.front() == '$')
            return fail(fmt::format("\"{}\" names no column; write column or $avp(s:name)=column", item));
        if (equals == std::string_view::npos) {
            items.push_back({script::AvpName{std::string(column)}, std::string(column)});
            continue;
        }
        auto avp = variables.parse_avp_name(trim(item.substr(0, equals)), true);
        if (!avp) return fail(fmt::format("\"{}\": {}", item, avp.error().text));
        items.push_back({std::move(*avp), std::string(column)});
    }
    return items;
}

Result<void> Accounts::bind(const Columns& columns, std::vector<Loaded> loaded, db::Databases& databases,
                            std::string_view url)
{
    db::DynamicTable& table = table_.emplace(name_, db::versions::from(lowest_version));
    columns_ = columns;
    loaded_ = std::move(loaded);
    user_ = table.add(columns.user, db::Type::Text);
    if (columns.use_domain) domain_ = table.add(columns.domain, db::Type::Text);
    ha1_ = table.add(columns.ha1, db::Type::Text);
    ha1b_ = columns.plain_text ? ha1_ : table.add(columns.ha1b, db::Type::Text);
    if (!columns.sha256.empty()) sha256_ = table.add(columns.sha256, db::Type::Text);
    if (!columns.sha256b.empty()) sha256b_ = table.add(columns.sha256b, db::Type::Text);
    for (const Loaded& item : loaded_) loaded_columns_.push_back(table.add_of_any_type(item.column));
    return table.bind(databases, url);
}

std::optional<db::ColumnId> Accounts::secret_column(const sip::DigestCredentials& digest) const
{
    if (columns_.plain_text) return ha1_;
    const bool with_domain = !digest.domain().empty();
    if (digest.algorithm == sip::DigestAlgorithm::Md5) return with_domain ? ha1b_ : ha1_;
    return with_domain ? sha256b_ : sha256_;
}

Task<Result<db::RowSet>> Accounts::find(const sip::DigestCredentials& digest, Duration deadline) const
{
    std::vector<db::ColumnId> columns{secret_column(digest).value_or(user_)};
    columns.insert(columns.end(), loaded_columns_.begin(), loaded_columns_.end());
    db::Condition where = db::equals(user_, std::string(digest.user()));
    if (columns_.use_domain) {
        const std::string_view domain = digest.domain().empty() ? digest.realm : digest.domain();
        where = db::both(std::move(where), db::equals(domain_, std::string(domain)));
    }
    return table_->select(std::move(columns), std::move(where), {}, 1, deadline);
}

std::string Accounts::ha1(const db::RowSet& row, const sip::DigestCredentials& digest) const
{
    if (!secret_column(digest)) return {};
    const db::Cell secret = row.at(0, 0);
    if (secret.is_null || secret.text.empty()) return {};  // an account without a password lets nobody in
    if (!columns_.plain_text) return std::string(secret.text);
    return sip::digest_ha1(digest.algorithm, digest.username, digest.realm, secret.text);
}

void Accounts::load(const db::RowSet& row, script::AvpList& avps) const
{
    for (std::size_t i = loaded_.size();
         i-- > 0;) {  // from the last one, as in 1.2: the first is found first
        const db::Cell cell = row.at(0, i + 1);
        if (cell.is_null) continue;
        switch (cell.type) {
            case db::Type::Text:
            case db::Type::Blob:
                if (!cell.text.empty()) avps.add(loaded_[i].avp, std::string(cell.text));
                break;
            case db::Type::Integer: avps.add(loaded_[i].avp, cell.integer); break;
            case db::Type::Real:
            case db::Type::DateTime:
                log_error("auth_db", "table {}: column {} is {}, which no AVP can hold", name_,
                          loaded_[i].column, db::to_text(cell.type));
                break;
        }
    }
}

}  // namespace junctor::auth_db
