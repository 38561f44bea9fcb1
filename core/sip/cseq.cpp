#include "core/sip/cseq.h"

#include "core/base/ascii.h"
#include "core/sip/scan.h"

namespace junctor::sip
{

Result<CSeq> CSeq::parse(std::string_view value)
{
    constexpr std::uint64_t limit = 0x7fffffff;  // §8.1.1.5: less than 2^31
    value = trim(value);
    std::size_t digits = 0;
    while (digits < value.size() && is_digit(value[digits])) ++digits;
    const auto number = parse_unsigned(value.substr(0, digits), limit);
    if (!number) return fail(400, digits == 0 ? "CSeq: no number" : "CSeq: number out of range", 0);

    CSeq cseq;
    cseq.number = static_cast<std::uint32_t>(*number);
    cseq.method = scan::skip_space(value.substr(digits));
    if (cseq.method.size() == value.size() - digits || !scan::all(cseq.method, scan::Token))
        return fail(400, "CSeq: bad method", digits);
    cseq.method_id = method_from(cseq.method);
    return cseq;
}

}  // namespace junctor::sip
