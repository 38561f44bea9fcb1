// {s.*}. A null input counts as an empty text; a view of the input is a fine result.
#include "core/base/ascii.h"
#include "core/script/transformation.h"
#include "core/sip/digest.h"

namespace junctor::script
{

namespace
{

using Arguments = TransformationSpec::Arguments;
using Kind = TransformationSpec::Kind;

Value length(const Value& input, const Arguments&)
{
    return Value::number(static_cast<std::int64_t>(input.text().size()));
}

// [-]digits; the text stays as it is.
Value integer(const Value& input, const Arguments&)
{
    if (input.is_null()) return Value::error();
    const std::string_view text = input.text();
    if (text.empty()) return Value::number_as({}, 0);
    if (text.front() == '+') return Value::error();
    const auto number = parse_signed(text);
    return number ? Value::number_as(std::string(text), *number) : Value::error();
}

Value md5(const Value& input, const Arguments&)
{
    return Value::text(sip::md5_hex(input.text()));
}

// A negative offset counts from the end; length 0, or one that leads past the end, means up to the end.
Value substring(const Value& input, const Arguments& arguments)
{
    const std::string_view text = input.text();
    const auto size = static_cast<std::int64_t>(text.size());
    std::int64_t offset = arguments[0].number;
    const std::int64_t count = arguments[1].number;
    if (offset >= size || offset < -size || count < 0) return Value::error();
    if (offset < 0) offset += size;
    const std::string_view rest = text.substr(static_cast<std::size_t>(offset));
    return Value::view(count == 0 ? rest : rest.substr(0, static_cast<std::size_t>(count)));
}

// The n-th field between separators; a negative one counts from the end.
Value select(const Value& input, const Arguments& arguments)
{
    const std::string_view text = input.text();
    const char separator = arguments[1].text.front();
    std::int64_t index = arguments[0].number;
    if (index < 0) index += std::count(text.begin(), text.end(), separator) + 1;
    if (index < 0) return Value::view({});
    std::size_t start = 0;
    for (; index > 0; --index) {
        const std::size_t found = text.find(separator, start);
        if (found == std::string_view::npos) return Value::view({});
        start = found + 1;
    }
    return Value::view(text.substr(start, text.find(separator, start) - start));
}

Value encode_hex(const Value& input, const Arguments&)
{
    return Value::text(to_hex(input.text()));
}

Value decode_hex(const Value& input, const Arguments&)
{
    const std::string_view digits = input.text();
    auto bytes = from_hex(digits.substr(0, digits.size() & ~std::size_t{1}));  // an odd last digit is ignored
    return bytes ? Value::text(std::move(*bytes)) : Value::error();
}

Value escape_common(const Value& input, const Arguments&)
{
    std::string out;
    for (const char c : input.text()) {
        if (c == '\'' || c == '\\' || c == '\0') out += '\\';
        out += c == '\0' ? '0' : c;
    }
    return Value::text(std::move(out));
}

Value unescape_common(const Value& input, const Arguments&)
{
    const std::string_view text = input.text();
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
        if (next == '\'' || next == '\\' || next == '0') {
            out += next == '0' ? '\0' : next;
            ++i;
        } else {
            out += text[i];
        }
    }
    return Value::text(std::move(out));
}

constexpr bool is_printable(char c)
{
    return c >= 32 && c < 127;
}

// RFC 3261 §25.1 user: unreserved and user-unreserved, but for '/', as in OpenSER.
constexpr bool stays_in_user(char c)
{
    return is_alnum(c) || std::string_view("-_.!~*'()&=+$,;?").find(c) != std::string_view::npos;
}

Value escape_user(const Value& input, const Arguments&)
{
    std::string out;
    for (const char c : input.text()) {
        if (!is_printable(c)) return Value::error();
        if (stays_in_user(c))
            out += c;
        else
            out.append("%").append(to_hex({&c, 1}));
    }
    return Value::text(std::move(out));
}

Value unescape_user(const Value& input, const Arguments&)
{
    const std::string_view text = input.text();
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const auto byte = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
            if (!byte) return Value::error();
            c = byte->front();
            i += 2;
        }
        if (!is_printable(c)) return Value::error();
        out += c;
    }
    return Value::text(std::move(out));
}

constexpr TransformationSpec on_texts[] = {
    {"s.len", length},
    {"s.int", integer},
    {"s.md5", md5},
    {"s.substr", substring, {Kind::Number, Kind::Number}},
    {"s.select", select, {Kind::Number, Kind::Separator}},
    {"s.encode.hexa", encode_hex},
    {"s.decode.hexa", decode_hex},
    {"s.escape.common", escape_common},
    {"s.unescape.common", unescape_common},
    {"s.escape.user", escape_user},
    {"s.unescape.user", unescape_user},
};

}  // namespace

std::span<const TransformationSpec> text_transformations()
{
    return on_texts;
}

}  // namespace junctor::script
