#include "modules/registrar/path.h"

#include "core/base/ascii.h"
#include "modules/registrar/aor.h"

namespace junctor::registrar
{

namespace
{

constexpr std::size_t max_path = 255;  // the column's

}  // namespace

OrRefusal<Path> Path::of(const sip::Message& message)
{
    Path path;
    for (const auto* header = message.first(sip::HeaderType::Path); header != nullptr;
         header = message.next(*header)) {
        if (!path.vector.empty()) path.vector += ',';
        path.vector += header->value;
    }
    if (path.vector.empty()) return path;
    const auto values = sip::parse_name_addr_list(path.vector);
    if (!values || values->empty() || path.vector.size() > max_path) return refuse(refusal::bad_path);
    const sip::Uri& first = values->front().uri;
    if (!first.has_param("lr")) return refuse(refusal::bad_path);
    if (const auto received = first.param("received")) path.received = unquoted(received->value);
    return path;
}

bool supports_path(const sip::Message& message)
{
    for (const auto* header = message.first(sip::HeaderType::Supported); header != nullptr;
         header = message.next(*header)) {
        std::string_view rest = header->value;
        while (!rest.empty()) {
            const auto comma = rest.find(',');
            if (iequals(trim(rest.substr(0, comma)), "path")) return true;
            rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
        }
    }
    return false;
}

}  // namespace junctor::registrar
