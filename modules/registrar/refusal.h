// Why a REGISTER is refused: the answer's status and OpenSER's text in P-Registrar-Error.
#pragma once

#include <string_view>

#include <tl/expected.hpp>

namespace junctor::registrar
{

struct Refusal {
    int status = 0;
    std::string_view text;  // static
};

template <class T>
using OrRefusal = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(Refusal why)
{
    return tl::unexpected<Refusal>(why);
}

namespace refusal
{

constexpr Refusal to_missing{400, "To header not found"};
constexpr Refusal call_id_missing{400, "Call-ID header not found"};
constexpr Refusal cseq_missing{400, "CSeq header not found"};
constexpr Refusal bad_contact{400, "Contact parse error"};
constexpr Refusal bad_q{400, "Invalid q param in contact"};
constexpr Refusal star_with_expires{400, "* used in contact and expires is not zero"};
constexpr Refusal star_with_others{400, "* used in contact and more than 1 contact"};
constexpr Refusal long_contact{400, "Contact/received too long"};
constexpr Refusal long_call_id{400, "Callid too long"};
// RFC 3261 §25.1: a message's text is UTF-8; what is none, or has a NUL, not every database can hold.
constexpr Refusal call_id_not_text{400, "Callid is not UTF-8"};
constexpr Refusal contact_not_text{400, "Contact/received is not UTF-8"};
constexpr Refusal path_not_text{400, "Path is not UTF-8"};
constexpr Refusal aor_not_text{400, "Address Of Record is not UTF-8"};
constexpr Refusal bad_path{400, "Path parse error"};
constexpr Refusal bad_aor{400, "Error while parsing AOR"};
constexpr Refusal bad_username{400, "Error while unescaping username"};
constexpr Refusal long_aor{500, "Address Of Record too long"};
constexpr Refusal old_cseq{400, "Invalid CSeq number"};
constexpr Refusal path_unsupported{420, "No support for found Path indicated"};
constexpr Refusal short_expires{423, "Expires below the minimum"};
constexpr Refusal too_many{503, "Too many registered contacts"};
constexpr Refusal not_read{500, "usrloc_record_get failed"};
constexpr Refusal not_inserted{500, "usrloc_contact_insert failed"};
constexpr Refusal not_updated{500, "usrloc_contact_update failed"};
constexpr Refusal not_deleted{500, "usrloc_contact_delete failed"};
constexpr Refusal record_not_deleted{500, "usrloc_record_delete failed"};

}  // namespace refusal

}  // namespace junctor::registrar
