#include "core/db/field.h"

#include <cmath>
#include <cstdlib>

#include "core/base/ascii.h"

namespace junctor::db
{

bool read_integer(const Cell& cell, std::int64_t& out)
{
    switch (cell.type) {
        case Type::Integer:
        case Type::DateTime: out = cell.integer; return true;
        case Type::Real:
            if (cell.real != std::floor(cell.real) || std::abs(cell.real) >= 9.2e18) return false;
            out = static_cast<std::int64_t>(cell.real);
            return true;
        case Type::Text:
        case Type::Blob: {
            const auto number = parse_signed(cell.text);
            if (number) out = *number;
            return number.has_value();
        }
    }
    return false;
}

bool read_real(const Cell& cell, double& out)
{
    switch (cell.type) {
        case Type::Real: out = cell.real; return true;
        case Type::Integer:
        case Type::DateTime: out = static_cast<double>(cell.integer); return true;
        case Type::Text:
        case Type::Blob: {
            const auto [end, error] =
                std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), out);
            return error == std::errc{} && end == cell.text.data() + cell.text.size();
        }
    }
    return false;
}

}  // namespace junctor::db
