// From, To, Contact, Route, Record-Route, Path and their kin: [display-name] <URI>
// *(;param) (RFC 3261 §20.10).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/sip/uri.h"

namespace junctor::sip
{

struct NameAddr {
    std::string_view whole;    // this element of the list, trimmed
    std::string_view display;  // quotes included, empty if there is none
    std::string_view
        uri_text;  // between < and >, or the bare addr-spec (whose parameters belong to the header, §20)
    std::string_view params;  // header parameters, without the leading ';'
    Uri uri;                  // of uri_text

    std::optional<Parameter> param(std::string_view name) const { return find_parameter(params, name); }
    std::string_view tag() const { return tag_; }  // empty if there is none

    static Result<NameAddr> parse(std::string_view text);

private:
    std::string_view tag_;
};

// A header value that is a comma-separated list; quoted strings and <...>
// respected. At most `limit` elements.
Result<std::vector<NameAddr>> parse_name_addr_list(std::string_view value, std::size_t limit = 64);
// The first element and the rest, without parsing the rest.
std::string_view first_list_element(std::string_view value, std::string_view* rest = nullptr);

// Contact of a REGISTER: "*" or a list; q in thousandths, expires in seconds (RFC 3261 §10.2).
struct Contact {
    NameAddr address;
    std::optional<int> q;                  // 0..1000
    std::optional<std::uint32_t> expires;  // a malformed value reads 3600 (§10.3 step 6 via §20.10)

    static Result<Contact> of(const NameAddr& address);  // fails on a malformed q alone (400)
};
std::string q_text(int thousandths);         // as a parameter prints it: "1", "0.5", "0.25", "0"
Result<int> parse_q(std::string_view text);  // thousandths: "0.5" is 500; digits after the third are ignored

}  // namespace junctor::sip
