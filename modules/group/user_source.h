// Whose group is asked: the first argument of is_user_in() and get_user_group(). "Request-URI", "To", "From",
// "Credentials" (the account that was verified), or an AVP that holds a URI.
#pragma once

#include <optional>
#include <string>

#include "core/script/function.h"
#include "core/script/message.h"
#include "core/script/variable.h"

namespace junctor::group
{

class UserSource
{
public:
    struct User {
        std::string name, domain;  // copies: the message may change while its asker waits
    };

    static Result<UserSource> parse(const script::Argument& argument, script::VariableRegistry& variables);

    // Empty: there is no such user in this message; why is logged where it is not the caller's business.
    std::optional<User> of(script::Message& message) const;

private:
    enum class Kind : std::uint8_t { RequestUri, To, From, Credentials, Avp };
    Kind kind_ = Kind::RequestUri;
    script::VariablePtr avp_;
};

}  // namespace junctor::group

template <>
struct junctor::script::ArgumentType<junctor::group::UserSource> {
    static Result<group::UserSource> parse(const Argument& argument, BindContext& context)
    {
        return group::UserSource::parse(argument, context.variables);
    }
};
