// Path of a REGISTER (RFC 3327): the proxies through which requests to the contact must pass.
#pragma once

#include <string>

#include "core/sip/message.h"
#include "modules/registrar/refusal.h"

namespace junctor::registrar
{

struct Path {
    std::string vector;    // all values, joined by commas; empty: there is none
    std::string received;  // parameter of the first URI: where the edge proxy saw the request come from

    // Refused: unreadable, over 255 bytes, or the first proxy is no loose router.
    static OrRefusal<Path> of(const sip::Message& message);
};

bool supports_path(const sip::Message& message);  // "path" in a Supported header

}  // namespace junctor::registrar
