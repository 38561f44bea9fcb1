#include "modules/textops/method_set.h"

#include "core/base/ascii.h"

namespace junctor::textops
{

bool MethodSet::contains(const sip::Message& message) const
{
    const sip::Method method = message.transaction_method();
    if (method != sip::Method::Other) return (known & static_cast<std::uint32_t>(method)) != 0;
    if (other.empty()) return false;
    if (message.is_request()) return iequals(message.method(), other);
    return message.cseq() != nullptr && iequals(message.cseq()->method, other);
}

}  // namespace junctor::textops

namespace junctor::script
{

Result<textops::MethodSet> ArgumentType<textops::MethodSet>::parse(const Argument& argument, BindContext&)
{
    textops::MethodSet set;
    const std::string_view text = argument.text;
    const bool several = text.find_first_of("|,") != std::string_view::npos;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find_first_of("|,", start), text.size());
        const std::string_view name = trim(text.substr(start, end - start));
        const sip::Method method = sip::method_from_any_case(name);
        if (name.empty()) return fail(500, "a method was expected, such as INVITE or INVITE|ACK", start);
        if (method != sip::Method::Other)
            set.known |= static_cast<std::uint32_t>(method);
        else if (several)
            return fail(
                500, "\"" + std::string(name) + "\" is no method of a list; an extension method stands alone",
                start);
        else
            set.other = name;
        start = end + 1;
    }
    return set;
}

}  // namespace junctor::script
