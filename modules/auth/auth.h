// What other modules see of auth: the two steps of digest authentication (RFC 3261 §22, RFC 7616, RFC 8760)
// around the question that a back end answers: which HA1 has this user?
//
//     const auto found = auth.pre_authorise(msg, realm, Kind::Www);
//     if (found.verdict != Verdict::CheckResponse) ... the step has decided ...
//     const auto ha1 = co_await ...;                       // the back end's part; `found` is its own copy
//     if (!auth.response_matches(msg, found.credentials, ha1)) ... not authorised ...
//     const auto verdict = auth.post_authorise(msg, found.credentials);
//
// Plain calls on the message's worker. Nothing here waits.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/script/message.h"
#include "core/sip/digest.h"

namespace junctor::auth
{

enum class Kind : std::uint8_t { Www, Proxy };  // Authorization and 401, Proxy-Authorization and 407

enum class Verdict : std::uint8_t {
    Authorised,
    NotAuthorised,  // the script challenges
    Answered,       // a final error reply was sent: the script ends
    CheckResponse,  // of pre_authorise(): the credentials are worth asking the back end
};

// What a nonce that we signed says of itself.
struct Nonce {
    WallTime expires{};        // in whole milliseconds
    std::uint64_t number = 0;  // unlike that of any other nonce of this process
};

struct Credentials {
    std::shared_ptr<const std::string> line;  // the whole header line, copied
    std::size_t offset = 0;                   // where it starts in the message
    Kind kind = Kind::Www;
    sip::DigestCredentials digest;  // views into *line
    Nonce nonce;
};

class Authentication
{
public:
    virtual ~Authentication() = default;

    struct Found {
        Verdict verdict;
        Credentials credentials;  // if verdict is CheckResponse
    };
    // Empty `realm`: derived from the message. ACK and CANCEL are authorised as they are: they cannot be
    // challenged (§22.1).
    virtual Found pre_authorise(script::Message& message, std::string_view realm, Kind kind) = 0;
    // `ha1` in lower-case hexadecimal, made with the credentials' algorithm. An empty one matches nothing.
    virtual bool response_matches(const script::Message& message, const Credentials& credentials,
                                  std::string_view ha1) const = 0;
    // For credentials whose response matched: refuses an expired nonce and a replay, and remembers for the
    // challenge that they were stale; else marks the message as authorised by them.
    virtual Verdict post_authorise(script::Message& message, const Credentials& credentials) = 0;

    // Is it offered in challenges? Credentials made with another are passed over.
    virtual bool offers(sip::DigestAlgorithm algorithm) const = 0;
    // Where back ends put the Remote-Party-ID; empty: switched off.
    virtual const std::optional<script::AvpName>& rpid_avp() const = 0;
};

}  // namespace junctor::auth
