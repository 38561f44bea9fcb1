// Header names and the line they head. Long and compact names meet in one HeaderType (RFC 3261 §7.3.3, §20).
#pragma once

#include <cstdint>
#include <string_view>

namespace junctor::sip
{

enum class HeaderType : std::uint8_t {
    Other,  // compared by name
    Accept,
    AcceptDisposition,
    AcceptEncoding,
    AcceptLanguage,
    Allow,
    AllowEvents,
    Authorization,
    CallId,
    Contact,
    ContentDisposition,
    ContentEncoding,
    ContentLength,
    ContentType,
    CSeq,
    Date,
    Diversion,
    Event,
    Expires,
    From,
    MaxForwards,
    MinExpires,
    MinSe,
    Organization,
    PAssertedIdentity,
    Path,
    PPreferredIdentity,
    Priority,
    Privacy,
    ProxyAuthenticate,
    ProxyAuthorization,
    ProxyRequire,
    RecordRoute,
    ReferTo,
    ReferredBy,
    RemotePartyId,
    Require,
    RetryAfter,
    Route,
    Server,
    SessionExpires,
    Subject,
    Supported,
    Timestamp,
    To,
    Unsupported,
    UserAgent,
    Via,
    Warning,
    WwwAuthenticate,
};

HeaderType header_type(std::string_view name);             // ignoring case, compact forms included
std::string_view to_text(HeaderType type);                 // the long name; "" for Other
bool same_header(std::string_view a, std::string_view b);  // by type where known, else by text

// The value of Call-ID in a message that nobody has parsed. Empty: not there, or written in an unusual way.
std::string_view find_call_id(std::string_view message);

// One header line of a message: views into its bytes.
struct Header {
    HeaderType type = HeaderType::Other;
    std::string_view name;   // as written
    std::string_view value;  // without surrounding white space; folded lines keep their line ends
    std::string_view line;   // everything, the final CRLF included
};

}  // namespace junctor::sip
