#include "modules/registrar/aor.h"

#include "core/base/ascii.h"

namespace junctor::registrar
{

namespace
{

constexpr std::size_t max_user = 64, max_domain = 128, max_aor = 256;  // OpenSER's, and the columns'

OrRefusal<std::string> of_text(std::string_view text, const Settings& settings)
{
    const auto uri = sip::Uri::parse(text);
    if (!uri) return refuse(refusal::bad_aor);
    return aor_of(*uri, settings);
}

}  // namespace

std::string_view avp_text(script::Message& message, const std::optional<script::AvpName>& name)
{
    if (!name) return {};
    const script::Avp* avp = message.avps().find(*name);
    const auto* text = avp != nullptr ? std::get_if<std::string>(&avp->value) : nullptr;
    return text != nullptr ? std::string_view(*text) : std::string_view();
}

OrRefusal<std::string> aor_of(const sip::Uri& uri, const Settings& settings)
{
    auto user = sip::unescape(uri.user);
    if (!user) return refuse(refusal::bad_username);
    std::string_view domain = settings.use_domain ? uri.host : std::string_view();
    if (domain.size() > settings.realm_prefix.size() && domain.starts_with(settings.realm_prefix))
        domain.remove_prefix(settings.realm_prefix.size());
    if (user->size() > max_user || domain.size() > max_domain || user->size() + domain.size() + 1 > max_aor)
        return refuse(refusal::long_aor);

    std::string aor = settings.case_sensitive ? std::move(*user) : lower_copy(*user);
    if (!aor.empty() && !domain.empty()) aor += '@';
    aor += lower_copy(domain);
    if (aor.empty()) return refuse(refusal::bad_aor);
    return aor;
}

OrRefusal<std::string> aor_of_to(script::Message& message, const Settings& settings)
{
    if (const auto text = avp_text(message, settings.aor_avp); !text.empty()) return of_text(text, settings);
    const sip::NameAddr* to = message.sip().to();
    if (to == nullptr) return refuse(refusal::to_missing);
    return aor_of(to->uri, settings);
}

OrRefusal<std::string> aor_of_request_uri(script::Message& message, const Settings& settings)
{
    if (const auto text = avp_text(message, settings.aor_avp); !text.empty()) return of_text(text, settings);
    const sip::Uri* uri = message.parsed_uri();
    if (uri == nullptr) return refuse(refusal::bad_aor);
    return aor_of(*uri, settings);
}

std::string_view unquoted(std::string_view value)
{
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace junctor::registrar
