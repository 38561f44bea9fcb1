#include "modules/postgres/types.h"

#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "core/base/utf8.h"

namespace junctor::postgres
{
namespace
{

constexpr std::int64_t epoch = 946684800;  // 2000-01-01 00:00, where PostgreSQL counts from
constexpr std::int64_t microseconds = 1000000, day = 86400;
constexpr std::int64_t last_second = 9000000000000;  // of year 287167
constexpr int as_text = 0, as_binary = 1;

bool is_text(TypeId id)
{
    return id == type::text || id == type::varchar || id == type::bpchar || id == type::name ||
           id == type::char1;
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

// Numbers of the wire have the highest byte first. A wrong length, which no server sends, reads as zero.
template <class Number>
Number number_of(std::string_view bytes)
{
    std::make_unsigned_t<Number> number = 0;
    if (bytes.size() != sizeof number) return 0;
    for (const char byte : bytes)
        number = static_cast<decltype(number)>(number << 8 | static_cast<unsigned char>(byte));
    return static_cast<Number>(number);
}

std::int64_t integer_of(std::string_view bytes, TypeId id)
{
    switch (id) {
        case type::boolean: return bytes == std::string_view("\1", 1) ? 1 : 0;
        case type::int2: return number_of<std::int16_t>(bytes);
        case type::int4: return number_of<std::int32_t>(bytes);
        default: return number_of<std::int64_t>(bytes);
    }
}

void add_integer_as(db::RowSet& rows, std::int64_t number, db::Type wanted)
{
    if (wanted == db::Type::Text || wanted == db::Type::Blob) return rows.add_text(std::to_string(number));
    rows.add_integer(number);
}

void add_real_as(db::RowSet& rows, double number, db::Type wanted)
{
    if (wanted == db::Type::Text || wanted == db::Type::Blob) return rows.add_text(fmt::format("{}", number));
    rows.add_real(number);
}

void add_moment(db::RowSet& rows, db::DateTime moment, db::Type wanted, db::Calendar& calendar)
{
    if (wanted == db::Type::Text || wanted == db::Type::Blob) return rows.add_text(calendar.text(moment));
    rows.add_date_time(moment);
}

void add_timestamp(db::RowSet& rows, std::string_view bytes, TypeId id, db::Type wanted,
                   db::Calendar& calendar)
{
    const auto ticks = number_of<std::int64_t>(bytes);
    if (ticks == INT64_MAX || ticks == INT64_MIN) return rows.add_null();  // "infinity": never
    const std::int64_t seconds = floor_divide(ticks, microseconds) + epoch;
    add_moment(rows, id == type::timestamptz ? db::DateTime{seconds} : calendar.moment_of(seconds), wanted,
               calendar);
}

// Text that stands for a date to whoever bound the table so.
void add_text_as(db::RowSet& rows, std::string_view text, db::Type wanted, db::Calendar& calendar)
{
    if (wanted == db::Type::Blob) return rows.add_blob(text);
    if (wanted == db::Type::DateTime)
        if (const auto moment = calendar.parse(text.substr(0, 19))) return rows.add_date_time(*moment);
    rows.add_text(text);
}

std::string_view without_padding(std::string_view text)
{
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

Error unstorable()
{
    return Error{500, "PostgreSQL keeps no text with NUL or invalid UTF-8 in it"};
}

}  // namespace

db::Type meaning_of(TypeId id)
{
    switch (id) {
        case type::boolean:
        case type::int2:
        case type::int4:
        case type::int8: return db::Type::Integer;
        case type::float4:
        case type::float8:
        case type::numeric: return db::Type::Real;
        case type::bytea: return db::Type::Blob;
        case type::date:
        case type::timestamp:
        case type::timestamptz: return db::Type::DateTime;
        default: return db::Type::Text;  // whatever it is, it can be read and written as text
    }
}

bool is_readable(TypeId id)
{
    return id != type::numeric && (is_text(id) || meaning_of(id) != db::Type::Text);
}

void add_cell(db::RowSet& rows, std::string_view bytes, TypeId id, db::Type wanted, db::Calendar& calendar)
{
    switch (id) {
        case type::boolean:
        case type::int2:
        case type::int4:
        case type::int8: return add_integer_as(rows, integer_of(bytes, id), wanted);
        case type::float4:
            return add_real_as(
                rows, std::bit_cast<float>(static_cast<std::uint32_t>(number_of<std::int32_t>(bytes))),
                wanted);
        case type::float8:
            return add_real_as(rows, std::bit_cast<double>(number_of<std::int64_t>(bytes)), wanted);
        case type::date:
            return add_moment(rows, calendar.moment_of(number_of<std::int32_t>(bytes) * day + epoch), wanted,
                              calendar);
        case type::timestamp:
        case type::timestamptz: return add_timestamp(rows, bytes, id, wanted, calendar);
        case type::bytea: return wanted == db::Type::Text ? rows.add_text(bytes) : rows.add_blob(bytes);
        case type::bpchar: return add_text_as(rows, without_padding(bytes), wanted, calendar);
        default: return add_text_as(rows, bytes, wanted, calendar);
    }
}

bool is_storable(const db::Value& value, TypeId id)
{
    if (id == type::bytea) return true;
    std::string_view text;
    if (const auto* plain = std::get_if<std::string>(&value)) text = *plain;
    if (const auto* blob = std::get_if<db::Blob>(&value)) text = blob->bytes;
    return text.find('\0') == std::string_view::npos && is_utf8(text);
}

void Parameters::start(std::size_t count)
{
    values_.clear();
    lengths_.clear();
    formats_.clear();
    numbers_.clear();
    numbers_.reserve(count);
    texts_.clear();
}

void Parameters::add_bytes(std::string_view bytes)
{
    values_.push_back(bytes.data() == nullptr ? "" : bytes.data());
    lengths_.push_back(static_cast<int>(bytes.size()));
    formats_.push_back(as_binary);
}

void Parameters::add_text(std::string text)
{
    values_.push_back(texts_.emplace_back(std::move(text)).c_str());
    lengths_.push_back(0);
    formats_.push_back(as_text);
}

template <class Number>
void Parameters::add_number(Number number)
{
    auto rest = static_cast<std::make_unsigned_t<Number>>(number);
    auto& bytes = numbers_.emplace_back();
    for (std::size_t i = sizeof number; i-- > 0; rest = static_cast<decltype(rest)>(rest >> 7 >> 1))
        bytes[i] = static_cast<char>(rest & 0xff);
    add_bytes({bytes.data(), sizeof number});
}

Result<void> Parameters::add_integer(std::int64_t number, TypeId id, db::Calendar& calendar)
{
    const auto beyond = [&] { return fail(fmt::format("{} is beyond what the column can hold", number)); };
    switch (id) {
        case type::int2:
            if (!std::in_range<std::int16_t>(number)) return beyond();
            add_number(static_cast<std::int16_t>(number));
            break;
        case type::int4:
            if (!std::in_range<std::int32_t>(number)) return beyond();
            add_number(static_cast<std::int32_t>(number));
            break;
        case type::int8: add_number(number); break;
        case type::boolean: add_text(number != 0 ? "t" : "f"); break;
        case type::timestamp:
        case type::timestamptz: return add(db::DateTime{number}, id, calendar);
        default: add_text(std::to_string(number));
    }
    return {};
}

Result<void> Parameters::add(const db::Value& value, TypeId id, db::Calendar& calendar)
{
    if (std::holds_alternative<db::Null>(value)) {
        values_.push_back(nullptr);
        lengths_.push_back(0);
        formats_.push_back(as_binary);
        return {};
    }
    if (const auto* number = std::get_if<std::int64_t>(&value)) return add_integer(*number, id, calendar);
    if (const auto* number = std::get_if<double>(&value)) {
        if (id == type::float8)
            add_number(std::bit_cast<std::int64_t>(*number));
        else
            add_text(fmt::format("{}", *number));
        return {};
    }
    if (const auto* moment = std::get_if<db::DateTime>(&value)) {
        if (std::abs(moment->seconds) > last_second)
            return fail(fmt::format("second {} is beyond what a date can be", moment->seconds));
        if (id == type::timestamp)
            add_number((calendar.shown(*moment) - epoch) * microseconds);
        else if (id == type::timestamptz)
            add_number((moment->seconds - epoch) * microseconds);
        else if (meaning_of(id) == db::Type::Integer || meaning_of(id) == db::Type::Real)
            return add_integer(moment->seconds, id, calendar);
        else
            add_text(calendar.text(*moment));
        return {};
    }
    if (!is_storable(value, id)) return fail(unstorable());
    const auto* text = std::get_if<std::string>(&value);
    const std::string& bytes = text != nullptr ? *text : std::get<db::Blob>(value).bytes;
    if (is_text(id) || id == type::bytea)
        add_bytes(bytes);
    else
        add_text(bytes);
    return {};
}

}  // namespace junctor::postgres
