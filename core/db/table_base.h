// What tables have in common: their name and columns as modparams leave them, and the check at start against
// the database's version row and catalogue.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/db/binding.h"
#include "core/db/database.h"
#include "core/db/statement.h"

namespace junctor::db
{

class TableBase
{
public:
    virtual ~TableBase() = default;
    TableBase(const TableBase&) = delete;
    TableBase& operator=(const TableBase&) = delete;

    // What modparams may rename; the strings live as long as the table stays where it is.
    struct Renaming {
        std::string parameter;
        std::string* name;
        std::string help;
    };
    std::vector<Renaming> renamings();
    void take_names(const TableBase& other);  // of the columns, which are the same

    // Once, at start. Blocks. The error says what was found, what is needed, and the command that mends it.
    // Where a start without databases is allowed this may succeed and bind later; until then queries get 503.
    // `check`: what the module asks of the columns found.
    using Check = std::function<Result<void>()>;
    Result<void> bind(Databases& databases, std::string_view url, Check check = {});
    Result<void> bind(std::shared_ptr<Database> database);
    // The same, awaited. After an error it may be tried again.
    Task<Result<void>> bind_waiting(std::shared_ptr<Database> database, Check check = {});

    void set_name(std::string name) { name_ = std::move(name); }
    const std::string& name() const { return name_; }
    bool is_bound() const { return bound_.load(std::memory_order_acquire); }
    int version() const { return version_; }  // found in the database; 0: it has none. Once bound
    // Of queries that name none; zero: the database's own.
    void set_deadline(Duration deadline) { deadline_ = deadline; }
    Database& database() const { return *database_; }

protected:
    struct Wanted {
        std::string name;
        Type type = Type::Text;
        std::string parameter;  // empty: cannot be renamed
        bool optional = false;
        bool any_type = false;  // bind() takes the catalogue's
    };

    std::string where(const Database& database) const;
    Result<void> take(const FoundTable& found, int version, const std::string& where);

    TableBase() = default;
    TableBase(TableName name, versions accepted) : name_(name.name), accepted_(accepted)
    {
        if (name.parameter != nullptr) name_parameter_ = name.parameter;
    }

    // Of statements. Null until the table is bound: prepared() refuses them.
    LayoutPtr layout() const { return is_bound() ? layout_ : nullptr; }
    bool has(ColumnId column) const { return !layout_->columns[column].name.empty(); }
    // The statement with the columns that this database lacks left out; an error if its condition needs one,
    // or if the table was not bound when it was made.
    Result<Statement> prepared(Statement statement) const;
    Result<std::vector<Statement>> prepared(std::vector<Statement> statements) const;
    Duration deadline(Duration wanted) const { return wanted > Duration::zero() ? wanted : deadline_; }
    std::uint64_t order_key() const { return std::hash<std::string>{}(name_); }

    std::string name_, name_parameter_;
    versions accepted_{};
    std::vector<Wanted> wanted_;
    std::atomic<bool> bound_ = false;  // then the next three, and wanted_, do not change
    LayoutPtr layout_;
    std::shared_ptr<Database> database_;
    int version_ = 0;
    Duration deadline_{};
};

}  // namespace junctor::db
