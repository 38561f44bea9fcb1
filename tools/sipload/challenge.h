// A digest challenge and its answer: RFC 2617 and RFC 8760 (MD5, SHA-256), with and without qop=auth.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/sip/digest.h"

namespace junctor::load
{

// Views into the response that brought it.
class Challenge
{
public:
    struct Account {
        std::string user, password;
        std::string_view method;
        std::string uri;
        std::string_view client_nonce;
    };

    // The first of a 401 or 407 whose algorithm we know (RFC 8760 §2.4: the server puts its favourite first).
    static std::optional<Challenge> find(std::string_view response, int status);
    // The whole header line.
    std::string answer(const Account& account) const;

private:
    static std::optional<Challenge> read(std::string_view value);

    bool of_proxy_ = false;
    bool wants_qop_ = false;
    std::string_view realm_, nonce_, opaque_;
    sip::DigestAlgorithm algorithm_ = sip::DigestAlgorithm::Md5;
};

}  // namespace junctor::load
