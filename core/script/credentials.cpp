#include "core/script/credentials.h"

#include "core/base/ascii.h"

namespace junctor::script
{

std::optional<sip::DigestCredentials> verified_credentials(const Message& message)
{
    const std::string_view line = message.authorized_header;
    if (line.empty()) return {};
    auto credentials = sip::DigestCredentials::parse(trim(line.substr(line.find(':') + 1)));
    if (!credentials) return {};
    return *credentials;
}

std::string_view account_domain(const sip::DigestCredentials& credentials)
{
    return credentials.domain().empty() ? credentials.realm : credentials.domain();
}

}  // namespace junctor::script
