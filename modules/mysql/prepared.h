// A prepared statement: values bound, rows fetched as the layout's types want them.
//
// It, its session and the session's health are one thread's. After start(), next() until it says that there
// is no more, or finish().
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/db/calendar.h"
#include "core/db/row_set.h"
#include "core/db/statement.h"
#include "modules/mysql/errors.h"

struct st_mysql;  // MYSQL, without the library's header

namespace junctor::mysql
{

class Prepared
{
public:
    static Result<Prepared> make(st_mysql* session, Health& health, const std::string& text);
    Prepared(Prepared&&) noexcept;
    Prepared& operator=(Prepared&&) noexcept;
    ~Prepared();

    // Insert, Update, Remove: rows that its condition found, whether they changed or not.
    Result<std::uint64_t> execute(const db::Statement& statement, db::Calendar& calendar);

    Result<void> start(const db::Statement& select, db::Calendar& calendar);
    Result<bool> next();  // false: there is no more
    void add_row(db::RowSet& rows, db::Calendar& calendar);
    void finish();

private:
    struct Impl;
    explicit Prepared(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace junctor::mysql
