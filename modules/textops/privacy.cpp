#include "modules/textops/privacy.h"

#include "core/base/ascii.h"

namespace junctor::textops
{

namespace
{

constexpr std::array<std::string_view, 7> names{"user",     "header", "session", "none",
                                                "critical", "id",     "history"};
constexpr std::uint8_t none = 1U << 3;

std::uint8_t bit_of(std::string_view name)  // 0: unknown
{
    for (std::size_t i = 0; i < names.size(); ++i)
        if (iequals(names[i], name)) return static_cast<std::uint8_t>(1U << i);
    return 0;
}

// All values of a header; 0 if one is unknown, or "none" stands beside others. RFC 3323 separates them by
// semicolons, OpenSER's parser by commas.
std::uint8_t bits_of(std::string_view value)
{
    std::uint8_t bits = 0;
    for (std::size_t start = 0; start <= value.size();) {
        const std::size_t end = std::min(value.find_first_of(";,", start), value.size());
        const std::uint8_t bit = bit_of(trim(value.substr(start, end - start)));
        if (bit == 0) return 0;
        bits |= bit;
        start = end + 1;
    }
    return (bits & none) != 0 && bits != none ? 0 : bits;
}

}  // namespace

bool PrivacyValue::is_asked_for(const sip::Message& message) const
{
    const sip::Header* header = message.first(sip::HeaderType::Privacy);
    return header != nullptr && (bits_of(header->value) & bit) != 0;
}

}  // namespace junctor::textops

namespace junctor::script
{

Result<textops::PrivacyValue> ArgumentType<textops::PrivacyValue>::parse(const Argument& argument,
                                                                         BindContext&)
{
    const textops::PrivacyValue value{textops::bit_of(argument.text)};
    if (value.bit == 0)
        return fail("a privacy value is user, header, session, none, critical, id or history, not \"" +
                    argument.text + "\"");
    return value;
}

}  // namespace junctor::script
