#include "modules/mysql/prepared.h"

#include <array>
#include <charconv>
#include <cstring>
#include <deque>
#include <vector>

#include <fmt/format.h>
#include <mysql.h>

#include "core/db/sql.h"

namespace junctor::mysql
{
namespace
{

struct CloseStatement {
    void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};
struct FreeResult {
    void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};

MYSQL_BIND bind_of(enum_field_types type, const void* buffer, std::size_t size)
{
    MYSQL_BIND bind{};
    bind.buffer_type = type;
    bind.buffer = const_cast<void*>(buffer);  // parameters are only read
    bind.buffer_length = static_cast<unsigned long>(size);
    return bind;
}

// The values of one execution. The library reads them where they are.
class Parameters
{
public:
    Parameters(const db::Statement& statement, db::Calendar& calendar)
    {
        for (const db::Value* value : db::bound_values(statement))
            binds_.push_back(std::visit([&](const auto& held) { return bind(held, calendar); }, *value));
        if (statement.limit > 0) {
            binds_.push_back(bind_of(MYSQL_TYPE_LONGLONG, &statement.limit, sizeof statement.limit));
            binds_.back().is_unsigned = 1;
        }
    }
    MYSQL_BIND* binds() { return binds_.data(); }
    std::size_t count() const { return binds_.size(); }

private:
    static MYSQL_BIND bind(db::Null, db::Calendar&) { return bind_of(MYSQL_TYPE_NULL, nullptr, 0); }
    static MYSQL_BIND bind(const std::int64_t& number, db::Calendar&)
    {
        return bind_of(MYSQL_TYPE_LONGLONG, &number, sizeof number);
    }
    static MYSQL_BIND bind(const double& number, db::Calendar&)
    {
        return bind_of(MYSQL_TYPE_DOUBLE, &number, sizeof number);
    }
    static MYSQL_BIND bind(const std::string& text, db::Calendar&)
    {
        return bind_of(MYSQL_TYPE_STRING, text.data(), text.size());
    }
    static MYSQL_BIND bind(const db::Blob& blob, db::Calendar&)
    {
        return bind_of(MYSQL_TYPE_BLOB, blob.bytes.data(), blob.bytes.size());
    }
    MYSQL_BIND bind(const db::DateTime& moment, db::Calendar& calendar)
    {
        const std::string& text = dates_.emplace_back(calendar.text(moment));
        return bind_of(MYSQL_TYPE_STRING, text.data(), text.size());
    }

    std::vector<MYSQL_BIND> binds_;
    std::deque<std::string> dates_;
};

// A column of the result: where the library puts the value, and how it becomes a cell.
class Column
{
public:
    Column(db::Type wanted, const MYSQL_FIELD& field) : wanted_(wanted)
    {
        const bool as_text = wanted == db::Type::Text || wanted == db::Type::Blob;
        if (as_text)
            type_ = wanted == db::Type::Blob ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
        else
            type_ = fetched_type(field.type);
        is_unsigned_ = (field.flags & UNSIGNED_FLAG) != 0;
    }

    MYSQL_BIND bind()
    {
        MYSQL_BIND bind =
            is_text() ? bind_of(type_, text_.data(), text_.size()) : bind_of(type_, &number_, sizeof number_);
        bind.length = &length_;
        bind.is_null = &is_null_;
        bind.error = &is_cut_;
        bind.is_unsigned = is_unsigned_ ? 1 : 0;
        return bind;
    }

    void add(MYSQL_STMT* statement, unsigned number, db::RowSet& rows, db::Calendar& calendar)
    {
        if (is_null_ != 0) return rows.add_null();
        switch (type_) {
            case MYSQL_TYPE_LONGLONG:
                return wanted_ == db::Type::DateTime ? rows.add_date_time({number_.integer})
                                                     : rows.add_integer(number_.integer);
            case MYSQL_TYPE_DOUBLE: return rows.add_real(number_.real);
            case MYSQL_TYPE_FLOAT: return rows.add_real(decimal(number_.single));
            case MYSQL_TYPE_DATETIME: return add_time(rows, calendar);
            default: return add_text(text(statement, number), rows, calendar);  // bind() knows no others
        }
    }

private:
    static enum_field_types fetched_type(enum_field_types stored)
    {
        switch (stored) {
            case MYSQL_TYPE_TINY:
            case MYSQL_TYPE_SHORT:
            case MYSQL_TYPE_INT24:
            case MYSQL_TYPE_LONG:
            case MYSQL_TYPE_LONGLONG:
            case MYSQL_TYPE_YEAR: return MYSQL_TYPE_LONGLONG;
            case MYSQL_TYPE_FLOAT: return MYSQL_TYPE_FLOAT;
            case MYSQL_TYPE_DOUBLE: return MYSQL_TYPE_DOUBLE;
            case MYSQL_TYPE_DATE:
            case MYSQL_TYPE_DATETIME:
            case MYSQL_TYPE_TIMESTAMP: return MYSQL_TYPE_DATETIME;
            default: return MYSQL_TYPE_STRING;  // decimals among them
        }
    }
    bool is_text() const { return type_ == MYSQL_TYPE_STRING || type_ == MYSQL_TYPE_BLOB; }

    // A FLOAT that was written as 0.29 is meant so: the shortest number that it can be.
    static double decimal(float single)
    {
        std::array<char, 32> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), single).ptr;
        double number = 0;
        std::from_chars(digits.data(), end, number);
        return number;
    }

    std::string_view text(MYSQL_STMT* statement, unsigned number)
    {
        if (length_ <= text_.size()) return {text_.data(), length_};
        rest_.resize(length_);
        MYSQL_BIND whole = bind_of(type_, rest_.data(), rest_.size());
        unsigned long length = 0;
        my_bool is_null = 0, is_cut = 0;
        whole.length = &length;
        whole.is_null = &is_null;
        whole.error = &is_cut;
        mysql_stmt_fetch_column(statement, &whole, number, 0);
        return rest_;
    }

    void add_text(std::string_view text, db::RowSet& rows, db::Calendar& calendar) const
    {
        if (wanted_ == db::Type::Blob) return rows.add_blob(text);
        if (wanted_ == db::Type::DateTime)
            if (const auto moment = calendar.parse(text)) return rows.add_date_time(*moment);
        rows.add_text(text);
    }

    void add_time(db::RowSet& rows, db::Calendar& calendar) const
    {
        const MYSQL_TIME& t = number_.time;
        if (t.month == 0 || t.day == 0) return rows.add_null();  // a zero date: never
        const auto moment = calendar.parse(fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", t.year, t.month,
                                                       t.day, t.hour, t.minute, t.second));
        if (!moment) return rows.add_null();
        wanted_ == db::Type::DateTime ? rows.add_date_time(*moment) : rows.add_integer(moment->seconds);
    }

    db::Type wanted_;
    enum_field_types type_ = MYSQL_TYPE_STRING;
    bool is_unsigned_ = false;
    union {
        std::int64_t integer;
        double real;
        float single;
        MYSQL_TIME time;
    } number_{};
    std::array<char, 512> text_{};  // most values; a longer one is fetched again into rest_
    std::string rest_;
    unsigned long length_ = 0;
    my_bool is_null_ = 0, is_cut_ = 0;
};

}  // namespace

struct Prepared::Impl {
    Impl(MYSQL* session, Health& of) : statement(mysql_stmt_init(session)), health(of) {}

    std::unique_ptr<MYSQL_STMT, CloseStatement> statement;
    Health& health;
    std::deque<Column> columns;  // stay where they are: the library writes into them

    tl::unexpected<Error> failed()
    {
        return fail(health.failed(mysql_stmt_errno(statement.get()), mysql_stmt_error(statement.get())));
    }

    Result<void> execute(const db::Statement& from, db::Calendar& calendar)
    {
        Parameters parameters(from, calendar);
        if (parameters.count() != mysql_stmt_param_count(statement.get()))
            return fail("a statement whose values do not fit its text");
        if (parameters.count() > 0 && mysql_stmt_bind_param(statement.get(), parameters.binds()) != 0)
            return failed();
        if (mysql_stmt_execute(statement.get()) != 0) return failed();
        return {};
    }

    Result<void> bind_result(const db::Statement& select)
    {
        const std::unique_ptr<MYSQL_RES, FreeResult> described(mysql_stmt_result_metadata(statement.get()));
        if (described == nullptr || mysql_num_fields(described.get()) != select.columns.size())
            return fail("a result without its columns");
        columns.clear();
        std::vector<MYSQL_BIND> binds;
        for (std::size_t i = 0; i < select.columns.size(); ++i) {
            const MYSQL_FIELD* field = mysql_fetch_field_direct(described.get(), static_cast<unsigned>(i));
            columns.emplace_back(select.layout->columns[select.columns[i]].type, *field);
            binds.push_back(columns.back().bind());
        }
        if (mysql_stmt_bind_result(statement.get(), binds.data()) != 0) return failed();
        return {};
    }
};

Prepared::Prepared(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Prepared::Prepared(Prepared&&) noexcept = default;
Prepared& Prepared::operator=(Prepared&&) noexcept = default;
Prepared::~Prepared() = default;

Result<Prepared> Prepared::make(MYSQL* session, Health& health, const std::string& text)
{
    auto impl = std::make_unique<Impl>(session, health);
    if (impl->statement == nullptr) return fail("out of memory");
    if (mysql_stmt_prepare(impl->statement.get(), text.data(), static_cast<unsigned long>(text.size())) != 0)
        return impl->failed();
    return Prepared(std::move(impl));
}

Result<std::uint64_t> Prepared::execute(const db::Statement& statement, db::Calendar& calendar)
{
    if (auto done = impl_->execute(statement, calendar); !done) return fail(std::move(done.error()));
    return mysql_stmt_affected_rows(impl_->statement.get());
}

Result<void> Prepared::start(const db::Statement& select, db::Calendar& calendar)
{
    if (auto done = impl_->execute(select, calendar); !done) return done;
    // Anew each time: somebody may have changed the table meanwhile.
    return impl_->bind_result(select);
}

Result<bool> Prepared::next()
{
    switch (mysql_stmt_fetch(impl_->statement.get())) {
        case 0:
        case MYSQL_DATA_TRUNCATED: return true;  // Column fetches what did not fit
        case MYSQL_NO_DATA: return false;
        default: return impl_->failed();
    }
}

void Prepared::add_row(db::RowSet& rows, db::Calendar& calendar)
{
    unsigned number = 0;
    for (Column& column : impl_->columns) column.add(impl_->statement.get(), number++, rows, calendar);
}

void Prepared::finish()
{
    mysql_stmt_free_result(impl_->statement.get());
}

}  // namespace junctor::mysql
