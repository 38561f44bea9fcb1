// Bindings in the database: how an AoR and its bindings become rows and back, and what is written for a
// change.
//
// After bind() it does not change; any worker may use it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/transport/transport.h"
#include "modules/usrloc/stored_binding.h"
#include "modules/usrloc/usrloc.h"

namespace junctor::usrloc
{

struct StorageSettings {
    bool use_domain = false;
    bool match_call_id = false;  // matching_mode 1: the Call-ID is part of a row's key
    bool newest_first = false;
    bool spool = false;          // write-through: what the database cannot take now is kept on disk
    Duration deadline{};         // of queries; zero: the database's own
    std::uint32_t nat_flag = 0;  // mask in cflags; layout 1003 has it as bit 0 of `flags`
    std::span<const transport::ListenSocket> sockets;
};

class Storage
{
public:
    Storage(std::string table, const LocationTable& columns, const StorageSettings& settings);
    // Opens the database, which may be away if the start allows that. Blocks.
    Result<void> open(db::Databases& databases, std::string_view url);
    Task<Result<void>> bind();  // after an error it may be tried again

    // Everything that has not expired, batch by batch; expired rows are deleted. `each` must not wait.
    using Each = std::function<void(std::string_view aor, BindingPtr)>;
    Task<Result<std::uint64_t>> load(std::int64_t now, std::size_t fetch_rows, Each each) const;
    Task<Result<Bindings>> select(std::string aor) const;  // in the order of preference
    Task<Result<Bindings>> select_with(std::uint32_t cflags, std::int64_t now) const;

    // Writes what `changes` say, all or nothing; answered after the commit. Memory-only bindings are left
    // out.
    Task<Result<void>> write(std::string aor, std::vector<Change> changes) const;
    // Rows of this binding; with `expired_at` only those that have expired in the database, too.
    Task<Result<std::uint64_t>> remove(std::string aor, BindingPtr binding,
                                       std::int64_t expired_at = 0) const;
    Task<Result<std::uint64_t>> remove_expired(std::int64_t now, Duration within = {}) const;

private:
    using Where = db::Where<ScannedRow>;
    // Why rows were left out at a load, with how many they were: one log line a reason.
    using Complaints = std::map<std::string, std::uint64_t, std::less<>>;
    enum class Inserting : std::uint8_t { NewRow, OrReplace };

    template <class Text>
    BindingPtr read(const StoredBinding<Text>& row, std::string& aor, Complaints& complaints) const;
    ScannedRow row_of(std::string_view aor, const Binding& binding, std::string& socket) const;
    db::Statement writing(std::string_view aor, const Change& change, Inserting inserting) const;
    std::vector<db::Statement> statements(std::string_view aor, std::span<const Change> changes,
                                          Inserting inserting) const;
    Where where_aor(std::string_view aor) const;
    Where where_binding(std::string_view aor, const Binding& binding) const;
    Where where_expired(std::int64_t now) const;
    Task<Result<Bindings>> read_all(db::Where<StoredRow> where) const;
    bool has_cflags() const { return table_.has(&ScannedRow::cflags); }
    void complain(const Complaints& complaints) const;

    StorageSettings settings_;
    std::shared_ptr<db::Database> database_;
    // A write was not answered in time: what it was to insert may be there. From then on inserts look first,
    // so that no row is there twice.
    mutable std::atomic<bool> unsure_ = false;
    LocationTable table_;
    db::Table<StoredRow> rows_;  // the same, to select from
};

}  // namespace junctor::usrloc
