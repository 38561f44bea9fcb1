#include "modules/group/user_source.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/script/credentials.h"

namespace junctor::group
{
namespace
{

std::optional<UserSource::User> user_of(const sip::Uri& uri)
{
    if (uri.user.empty()) return {};
    return UserSource::User{std::string(uri.user), std::string(uri.host)};
}

std::optional<UserSource::User> user_of(script::Message& message, const sip::NameAddr* address,
                                        const char* header)
{
    if (address != nullptr) return user_of(address->uri);
    message.fail({400, fmt::format("{} is missing or does not parse", header)}, script::Code{-1});
    return {};
}

}  // namespace

Result<UserSource> UserSource::parse(const script::Argument& argument, script::VariableRegistry& variables)
{
    UserSource source;
    const std::string_view text = trim(argument.text);
    if (iequals(text, "Request-URI")) {
        source.kind_ = Kind::RequestUri;
    } else if (iequals(text, "To")) {
        source.kind_ = Kind::To;
    } else if (iequals(text, "From")) {
        source.kind_ = Kind::From;
    } else if (iequals(text, "Credentials")) {
        source.kind_ = Kind::Credentials;
    } else if (text.starts_with("$avp(") || text.starts_with("$(avp(")) {
        auto variable = variables.parse(text);
        if (!variable) return fail(std::move(variable.error()));
        source.kind_ = Kind::Avp;
        source.avp_ = std::move(*variable);
    } else {
        return fail(
            fmt::format("\"{}\" names no user; write Request-URI, To, From, Credentials or $avp(...)", text));
    }
    return source;
}

std::optional<UserSource::User> UserSource::of(script::Message& message) const
{
    switch (kind_) {
        case Kind::RequestUri: {
            const sip::Uri* uri = message.parsed_uri();
            return uri == nullptr ? std::nullopt : user_of(*uri);
        }
        case Kind::To: return user_of(message, message.sip().to(), "To");
        case Kind::From: return user_of(message, message.sip().from(), "From");
        case Kind::Credentials: {
            const auto account = script::verified_credentials(message);
            if (!account || account->user().empty()) {
                message.fail({500, "no credentials have been verified"}, script::Code{-1});
                return {};
            }
            return User{std::string(account->user()), std::string(script::account_domain(*account))};
        }
        case Kind::Avp: {
            const script::Value value = avp_->get(message);
            const auto uri = sip::Uri::parse(value.text());
            if (value.is_present() && uri) return user_of(*uri);
            message.fail({500, "the AVP holds no URI"}, script::Code{-1});
            return {};
        }
    }
    return {};
}

}  // namespace junctor::group
