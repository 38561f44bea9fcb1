#include "core/db/row_set.h"

#include <bit>

namespace junctor::db
{

Value Cell::value() const
{
    if (is_null) return Null{};
    switch (type) {
        case Type::Integer: return integer;
        case Type::Real: return real;
        case Type::Text: return std::string(text);
        case Type::Blob: return Blob{std::string(text)};
        case Type::DateTime: return DateTime{integer};
    }
    return Null{};
}

Cell RowSet::at(std::size_t row, std::size_t column) const
{
    const Stored& stored = cells_[row * columns_ + column];
    Cell cell;
    cell.is_null = false;
    const auto view = [&] {
        return std::string_view(texts_).substr(static_cast<std::size_t>(stored.bits), stored.length);
    };
    switch (stored.kind) {
        case Kind::Null: cell.is_null = true; break;
        case Kind::Integer:
            cell.type = Type::Integer;
            cell.integer = stored.bits;
            break;
        case Kind::Real:
            cell.type = Type::Real;
            cell.real = std::bit_cast<double>(stored.bits);
            break;
        case Kind::Text:
            cell.type = Type::Text;
            cell.text = view();
            break;
        case Kind::Blob:
            cell.type = Type::Blob;
            cell.text = view();
            break;
        case Kind::DateTime:
            cell.type = Type::DateTime;
            cell.integer = stored.bits;
            break;
    }
    return cell;
}

void RowSet::add_real(double number)
{
    cells_.push_back({std::bit_cast<std::int64_t>(number), 0, Kind::Real});
}

void RowSet::add_bytes(std::string_view bytes, Kind kind)
{
    cells_.push_back(
        {static_cast<std::int64_t>(texts_.size()), static_cast<std::uint32_t>(bytes.size()), kind});
    texts_.append(bytes);
}

void RowSet::add(const Value& value)
{
    struct Add {
        RowSet& rows;
        void operator()(Null) const { rows.add_null(); }
        void operator()(std::int64_t number) const { rows.add_integer(number); }
        void operator()(double number) const { rows.add_real(number); }
        void operator()(const std::string& text) const { rows.add_text(text); }
        void operator()(const Blob& blob) const { rows.add_blob(blob.bytes); }
        void operator()(DateTime moment) const { rows.add_date_time(moment); }
    };
    std::visit(Add{*this}, value);
}

}  // namespace junctor::db
