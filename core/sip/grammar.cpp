#include "core/sip/grammar.h"

#include <memory>
#include <string>

#include <osipparser2/osip_parser.h>

namespace junctor::sip
{
namespace
{

template <class T>
bool parses(int (*init)(T**), int (*parse)(T*, const char*), void (*free)(T*), const char* text)
{
    T* parsed = nullptr;
    if (init(&parsed) != 0) return false;
    const std::unique_ptr<T, void (*)(T*)> owner(parsed, free);
    return parse(parsed, text) == 0;
}

bool credentials_parse(const char* text)
{
    return parses(osip_authorization_init, osip_authorization_parse, osip_authorization_free, text);
}

}  // namespace

bool grammar_accepts(HeaderType type, std::string_view value)
{
    if (value.find('\0') != std::string_view::npos) return false;
    std::string text(value);
    for (char& c : text)
        if (c == '\r' || c == '\n') c = ' ';

    switch (type) {
        case HeaderType::Authorization:
        case HeaderType::ProxyAuthorization: return credentials_parse(text.c_str());
        case HeaderType::ContentType:
            return parses(osip_content_type_init, osip_content_type_parse, osip_content_type_free,
                          text.c_str());
        default: return true;
    }
}

}  // namespace junctor::sip
