#include "core/sip/method.h"

#include <array>

#include "core/base/ascii.h"

namespace junctor::sip
{
namespace
{

struct NamedMethod {
    std::string_view name;
    Method method;
};

constexpr std::array<NamedMethod, 14> methods{{
    {"INVITE", Method::Invite},
    {"CANCEL", Method::Cancel},
    {"ACK", Method::Ack},
    {"BYE", Method::Bye},
    {"INFO", Method::Info},
    {"OPTIONS", Method::Options},
    {"UPDATE", Method::Update},
    {"REGISTER", Method::Register},
    {"MESSAGE", Method::Message},
    {"SUBSCRIBE", Method::Subscribe},
    {"NOTIFY", Method::Notify},
    {"PRACK", Method::Prack},
    {"REFER", Method::Refer},
    {"PUBLISH", Method::Publish},
}};

}  // namespace

Method method_from(std::string_view name)
{
    for (const NamedMethod& known : methods)
        if (known.name == name) return known.method;
    return Method::Other;
}

Method method_from_any_case(std::string_view name)
{
    for (const NamedMethod& known : methods)
        if (iequals(known.name, name)) return known.method;
    return Method::Other;
}

std::string_view to_text(Method method)
{
    for (const NamedMethod& known : methods)
        if (known.method == method) return known.name;
    return {};
}

}  // namespace junctor::sip
