// What tables have in common: their name and columns as modparams leave them, and the check at start against
// the database's version row and catalogue.
#pragma once

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

    // What modparams may rename; the strings live as long as the table stays where it is.
    struct Renaming {
        std::string parameter;
        std::string* name;
        std::string help;
    };
    std::vector<Renaming> renamings();

    // Once, at start, before the first query. Blocks. Says what was found, what is needed, and the command
    // that mends it.
    Result<void> bind(Databases& databases, std::string_view url);
    Result<void> bind(std::shared_ptr<Database> database);

    void set_name(std::string name) { name_ = std::move(name); }
    const std::string& name() const { return name_; }
    bool is_bound() const { return layout_ != nullptr; }
    int version() const { return version_; }  // found in the database; 0: it has none
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

    TableBase() = default;
    TableBase(TableName name, versions accepted) : name_(name.name), accepted_(accepted)
    {
        if (name.parameter != nullptr) name_parameter_ = name.parameter;
    }

    bool has(ColumnId column) const { return !layout_->columns[column].name.empty(); }
    // The statement with the columns that this database lacks left out; an error if its condition needs one.
    Result<Statement> prepared(Statement statement) const;
    Result<std::vector<Statement>> prepared(std::vector<Statement> statements) const;
    Duration deadline(Duration wanted) const { return wanted > Duration::zero() ? wanted : deadline_; }
    std::uint64_t order_key() const { return std::hash<std::string>{}(name_); }

    std::string name_, name_parameter_;
    versions accepted_{};
    std::vector<Wanted> wanted_;
    LayoutPtr layout_;
    std::shared_ptr<Database> database_;
    int version_ = 0;
    Duration deadline_{};
};

}  // namespace junctor::db
