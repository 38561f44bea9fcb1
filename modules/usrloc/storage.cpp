#include "modules/usrloc/storage.h"

#include <cmath>

#include "core/base/log.h"
#include "core/db/run_blocking.h"
#include "core/transport/find_socket.h"
#include "modules/usrloc/binding_rules.h"

namespace junctor::usrloc
{

namespace
{

// Bits of `flags` in layout 1003. Bit 1 is memory-only: a stored row never has it.
constexpr std::int64_t old_nat = 1, old_sip_ping = 4;

constexpr Duration patience_of_load = std::chrono::minutes(1);  // for each query

struct AorParts {
    std::string_view user, domain;

    // The last @: an unescaped user part may contain one, a host cannot.
    static AorParts of(std::string_view aor)
    {
        const auto at = aor.rfind('@');
        if (at == aor.npos) return {{}, aor};
        return {aor.substr(0, at), aor.substr(at + 1)};
    }
};

template <class Text>
std::string_view or_empty(const std::optional<Text>& text)
{
    return text ? std::string_view(*text) : std::string_view();
}

std::optional<std::string_view> or_null(std::string_view text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

std::uint64_t order_of(std::string_view aor)
{
    return std::hash<std::string_view>{}(aor);
}

}  // namespace

Storage::Storage(std::string table, const LocationTable& columns, const StorageSettings& settings)
    : settings_(settings)
{
    table_.take_names(columns);
    rows_.take_names(columns);
    table_.set_deadline(settings.deadline);
    rows_.set_deadline(settings.deadline);
    table_.set_name(table);
    rows_.set_name(std::move(table));
}

Result<void> Storage::open(db::Databases& databases, std::string_view url)
{
    auto opened = settings_.spool ? databases.open_with_spool(url) : databases.open(url);
    if (!opened) return fail(std::move(opened.error()));
    database_ = std::move(*opened);
    return {};
}

Task<Result<void>> Storage::bind()
{
    if (auto bound = co_await table_.bind_waiting(database_); !bound) co_return bound;
    if (auto bound = co_await rows_.bind_waiting(database_); !bound) co_return bound;
    // What an earlier life left in the spool is in the table before anybody reads it: open() has seen to
    // that, or else, when the database comes later, the spool itself.
    const db::Spool* const spool = database_->spool();
    if (spool != nullptr && spool->status().state != db::Spool::State::Direct &&
        !db::is_run_blocking(*Worker::current()))
        co_return fail(503, fmt::format("table {}: rows from the spool come first", table_.name()));
    if (settings_.match_call_id && !has_cflags())
        log_warning(
            "usrloc",
            "table {} has layout {}: its key has no Call-ID, so that matching_mode 1 cannot store one "
            "contact under two",
            table_.name(), table_.version());
    co_return Result<void>{};
}

// --- rows to bindings ---

template <class Text>
BindingPtr Storage::read(const StoredBinding<Text>& row, std::string& aor, Complaints& complaints) const
{
    const auto leave_out = [&](std::string_view why) {
        ++complaints[fmt::format("left out: {}", why)];
        return BindingPtr();
    };
    const std::string_view user = row.username, domain = or_empty(row.domain);
    if (user.empty() && (!settings_.use_domain || domain.empty())) return leave_out("no username");
    if (settings_.use_domain && domain.empty()) return leave_out("no domain");
    const std::string_view contact = row.contact, call_id = row.call_id;
    if (contact.empty()) return leave_out("no contact");
    if (call_id.empty()) return leave_out("no callid");
    if (!row.expires || !row.q || !row.cseq || !row.flags)
        return leave_out("expires, q, cseq or flags is NULL");
    if (has_cflags() && !row.cflags) return leave_out("cflags is NULL");
    if (*row.cseq < 0 || *row.cseq > std::numeric_limits<std::uint32_t>::max())
        return leave_out("cseq is no CSeq number");

    BindingFields f;
    if (const auto name = or_empty(row.socket); !name.empty()) {
        const auto socket = transport::SocketName::parse(name);
        if (!socket) return leave_out("socket cannot be read");
        f.socket = transport::find_socket(settings_.sockets, socket->protocol, socket->host, socket->port);
        if (f.socket == nullptr)
            ++complaints[fmt::format("kept without its socket {}, which is not ours", name)];
    }
    f.uri = contact;
    f.call_id = call_id;
    f.received = or_empty(row.received);
    f.path = or_empty(row.path);
    f.user_agent = row.user_agent;
    f.expires = row.expires->seconds;
    f.last_modified = row.last_modified.value_or(db::DateTime{}).seconds;
    f.cseq = static_cast<std::uint32_t>(*row.cseq);
    f.q = *row.q < 0 ? -1 : static_cast<int>(std::lround(std::min(*row.q, 1.0) * 1000));
    f.methods = row.methods ? static_cast<std::uint32_t>(*row.methods) : sip::all_methods;
    if (has_cflags()) {
        f.flags = static_cast<std::uint32_t>(*row.flags) & ~memory_only;
        f.cflags = static_cast<std::uint32_t>(*row.cflags);
    } else {
        f.flags = static_cast<std::uint32_t>(*row.flags & old_sip_ping);
        f.cflags = (*row.flags & old_nat) != 0 ? settings_.nat_flag : 0;
    }

    aor = user;
    if (settings_.use_domain) {
        if (!user.empty()) aor += '@';
        aor += domain;
    }
    return Binding::make(f, Binding::State::Synced);
}

void Storage::complain(const Complaints& complaints) const
{
    for (const auto& [reason, count] : complaints)
        log_warning("usrloc", "table {}: {} row(s) {}", table_.name(), count, reason);
}

Task<Result<std::uint64_t>> Storage::load(std::int64_t now, std::size_t fetch_rows, Each each) const
{
    if (auto removed = co_await remove_expired(now, patience_of_load); !removed) co_return removed;
    Complaints complaints;
    std::string aor;
    std::uint64_t loaded = 0;
    const auto read_row = [&](ScannedRow& row) {
        if (BindingPtr binding = read(row, aor, complaints)) {
            each(aor, std::move(binding));
            ++loaded;
        }
    };
    const auto scanned = co_await table_.scan(read_row, {}, fetch_rows, patience_of_load);
    complain(complaints);
    if (!scanned) co_return scanned;
    co_return loaded;
}

Task<Result<Bindings>> Storage::read_all(db::Where<StoredRow> where) const
{
    auto rows = co_await rows_.select(std::move(where), db::order_by(&StoredRow::last_modified));
    if (!rows) co_return fail(std::move(rows.error()));
    Complaints complaints;
    std::string aor;
    Bindings bindings;
    for (const StoredRow& row : *rows)
        if (BindingPtr binding = read(row, aor, complaints))
            insert_in_order(bindings, std::move(binding), settings_.newest_first);
    complain(complaints);
    co_return bindings;
}

Task<Result<Bindings>> Storage::select(std::string aor) const
{
    return read_all(db::Where<StoredRow>(where_aor(aor).condition()));
}

Task<Result<Bindings>> Storage::select_with(std::uint32_t cflags, std::int64_t now) const
{
    auto all = co_await read_all(db::where(&StoredRow::expires, db::Compare::Greater, db::DateTime{now})
                                     .or_else(db::where(&StoredRow::expires, db::DateTime{0})));
    if (all) std::erase_if(*all, [&](const BindingPtr& b) { return (b->cflags() & cflags) != cflags; });
    co_return all;
}

// --- bindings to rows ---

ScannedRow Storage::row_of(std::string_view aor, const Binding& binding, std::string& socket) const
{
    ScannedRow row;
    row.username = aor;
    if (settings_.use_domain) {
        const AorParts parts = AorParts::of(aor);
        row.username = parts.user;
        row.domain = parts.domain;
    }
    row.contact = binding.uri();
    row.call_id = binding.call_id();
    row.expires = db::DateTime{binding.expires()};
    row.q = binding.q() < 0 ? -1.0 : binding.q() / 1000.0;
    row.cseq = binding.cseq();
    row.flags = binding.flags();
    row.cflags = binding.cflags();
    if (!has_cflags()) {
        const bool nat = settings_.nat_flag != 0 && (binding.cflags() & settings_.nat_flag) != 0;
        row.flags = (nat ? old_nat : 0) | (binding.flags() & old_sip_ping);
    }
    row.user_agent = binding.user_agent();
    row.received = or_null(binding.received());
    row.path = or_null(binding.path());
    if (binding.socket() != nullptr) socket = binding.socket()->text();
    row.socket = or_null(socket);
    if (binding.methods() != sip::all_methods) row.methods = binding.methods();
    row.last_modified = db::DateTime{binding.last_modified()};
    return row;
}

Storage::Where Storage::where_aor(std::string_view aor) const
{
    if (!settings_.use_domain) return db::where(&ScannedRow::username, aor);
    const AorParts parts = AorParts::of(aor);
    return db::where(&ScannedRow::username, parts.user).also(&ScannedRow::domain, parts.domain);
}

Storage::Where Storage::where_binding(std::string_view aor, const Binding& binding) const
{
    Where where = where_aor(aor).also(&ScannedRow::contact, binding.uri());
    if (settings_.match_call_id) where.also(&ScannedRow::call_id, binding.call_id());
    return where;
}

Storage::Where Storage::where_expired(std::int64_t now) const
{
    return db::where(&ScannedRow::expires, db::Compare::LessOrEqual, db::DateTime{now})
        .also(&ScannedRow::expires, db::Compare::NotEqual, db::DateTime{0});  // permanent
}

db::Statement Storage::writing(std::string_view aor, const Change& change, Inserting inserting) const
{
    if (!change.after) return table_.removal(where_binding(aor, *change.before));
    std::string socket;
    const ScannedRow row = row_of(aor, *change.after, socket);
    db::Statement statement = table_.insertion(row);
    if (change.kind == Change::Kind::Update || inserting == Inserting::OrReplace) {
        // An update, too, puts the row back that somebody deleted behind our back.
        statement.kind = db::Statement::Kind::Upsert;
        statement.key = {db::column_id(&ScannedRow::username), db::column_id(&ScannedRow::contact)};
        if (settings_.use_domain) statement.key.push_back(db::column_id(&ScannedRow::domain));
        if (settings_.match_call_id) statement.key.push_back(db::column_id(&ScannedRow::call_id));
    }
    if (!settings_.use_domain)
        std::erase_if(statement.values, [](const db::Assignment& value) {
            return value.column == db::column_id(&ScannedRow::domain);
        });
    return statement;
}

std::vector<db::Statement> Storage::statements(std::string_view aor, std::span<const Change> changes,
                                               Inserting inserting) const
{
    std::vector<db::Statement> result;
    for (const Change& change : changes) {
        const Binding& binding = change.after ? *change.after : *change.before;
        if (!binding.is_memory_only()) result.push_back(writing(aor, change, inserting));
    }
    return result;
}

Task<Result<void>> Storage::write(std::string aor, std::vector<Change> changes) const
{
    const bool look_first = unsure_ || settings_.spool;  // nobody could answer to a conflict in the spool
    auto all = statements(aor, changes, look_first ? Inserting::OrReplace : Inserting::NewRow);
    if (all.empty()) co_return Result<void>{};
    if (settings_.spool) co_return co_await table_.keep(std::move(all));
    auto written = co_await table_.write(std::move(all), order_of(aor));
    if (!written && written.error().status == 409) {  // the row is there, of whomever
        auto replacing = statements(aor, changes, Inserting::OrReplace);
        written = co_await table_.write(std::move(replacing), order_of(aor));
    }
    if (!written) {
        unsure_ = true;
        co_return fail(std::move(written.error()));
    }
    co_return Result<void>{};
}

Task<Result<std::uint64_t>> Storage::remove(std::string aor, BindingPtr binding,
                                            std::int64_t expired_at) const
{
    Where where = where_binding(aor, *binding);
    if (expired_at != 0) where.also(where_expired(expired_at));
    std::vector<db::Statement> one;
    one.push_back(table_.removal(std::move(where)));
    return table_.write(std::move(one), order_of(aor));
}

Task<Result<std::uint64_t>> Storage::remove_expired(std::int64_t now, Duration within) const
{
    return table_.remove(where_expired(now), within);
}

}  // namespace junctor::usrloc
