// uri: small tests and edits of URIs, without a database.
#include "core/base/log.h"
#include "core/module/module.h"
#include "core/script/credentials.h"
#include "core/script/uri_rewrite.h"

namespace junctor::uri
{

namespace
{

constexpr Code yes{1}, no{-1};

// Parameters are compared exactly, names too; the first of a name decides.
std::optional<sip::Parameter> exact_param(std::string_view list, std::string_view name)
{
    while (const auto parameter = sip::next_parameter(list))
        if (parameter->name == name) return parameter;
    return {};
}

}  // namespace

class UriModule final : public Module
{
public:
    static void declare(Declaration<UriModule>& d)
    {
        d.function("is_user", &UriModule::is_user, {Route::Request},
                   "the user name that the verified credentials must have");
        d.function("has_totag", &UriModule::has_totag, {Route::Request},
                   "has To a tag: is this within a dialog?");
        d.function("uri_param", &UriModule::has_param, {Route::Request},
                   "the Request-URI's parameter that must be there without a value");
        d.function("uri_param", &UriModule::has_param_value, {Route::Request},
                   "the Request-URI's parameter, and the value that it must have");
        d.function("add_uri_param", &UriModule::add_param, {Route::Request},
                   "name=value to add to the Request-URI's parameters");
        d.function("tel2sip", &UriModule::tel_to_sip, {Route::Request},
                   "turns a tel: Request-URI into a sip: one at From's domain");
        d.function("is_uri_user_e164", &UriModule::is_e164, {Route::Request, Route::Failure},
                   "a variable that holds a URI: is its user an E.164 number?");
    }

private:
    Code is_user(Message& message, const std::string& name);
    Code has_totag(Message& message);
    Code has_param(Message& message, const std::string& name);
    Code has_param_value(Message& message, const std::string& name, const std::string& value);
    Code add_param(Message& message, const std::string& text);
    Code tel_to_sip(Message& message);
    Code is_e164(Message& message, const script::VariablePtr& variable);
};

Code UriModule::is_user(Message& message, const std::string& name)
{
    const auto credentials = script::verified_credentials(message);
    if (!credentials) return message.fail({500, "is_user: no credentials have been verified"}, no);
    return credentials->user() == name ? yes : no;
}

Code UriModule::has_totag(Message& message)
{
    const sip::NameAddr* to = message.sip().to();
    if (to == nullptr) return message.fail({400, "has_totag: To is missing or does not parse"}, no);
    return to->tag().empty() ? no : yes;
}

Code UriModule::has_param(Message& message, const std::string& name)
{
    return has_param_value(message, name, {});
}

Code UriModule::has_param_value(Message& message, const std::string& name, const std::string& value)
{
    const sip::Uri* uri = message.parsed_uri();
    if (uri == nullptr) return no;
    const auto found = exact_param(uri->params, name);
    return found && found->value == value ? yes : no;
}

Code UriModule::add_param(Message& message, const std::string& text)
{
    if (text.empty()) return yes;
    const sip::Uri* uri = message.parsed_uri();
    if (uri == nullptr) return no;
    std::string changed(uri->text);
    const std::size_t end = uri->headers.empty() ? changed.size() : changed.size() - uri->headers.size() - 1;
    changed.insert(end, ";" + text);
    return rewrite_uri(message, changed) ? yes : no;
}

Code UriModule::tel_to_sip(Message& message)
{
    constexpr std::string_view tel = "tel:";
    const std::string_view uri = message.uri();
    if (!uri.starts_with(tel)) return yes;
    const sip::NameAddr* from = message.sip().from();
    if (from == nullptr) return message.fail({400, "tel2sip: From is missing or does not parse"}, no);
    std::string changed = "sip:";
    changed.append(uri.substr(tel.size())).append("@").append(from->uri.host).append(";user=phone");
    return rewrite_uri(message, changed) ? yes : no;
}

// '+' and 2 to 15 digits.
Code UriModule::is_e164(Message& message, const script::VariablePtr& variable)
{
    const script::Value value = variable->get(message);
    if (!value.is_present()) return no;
    const auto uri = sip::Uri::parse(value.text());
    if (!uri) return no;
    const std::string_view user = uri->user;
    if (user.size() < 3 || user.size() > 16 || user.front() != '+') return no;
    return std::all_of(user.begin() + 1, user.end(), is_digit) ? yes : no;
}

}  // namespace junctor::uri

JUNCTOR_MODULE(junctor::uri::UriModule)
