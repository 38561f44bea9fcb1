// Commands that rewrite the Request-URI (core.md, 3.2).
#include "core/script/command.h"
#include "core/script/uri_rewrite.h"

namespace junctor::script
{
namespace
{

template <class T>
std::unique_ptr<Call> rewrite(bool (*change)(Message&, T), auto argument)
{
    return plain_command([change, argument = std::move(argument)](Message& message) {
        return code_of(message.is_request() && change(message, argument));
    });
}

}  // namespace

Result<std::unique_ptr<Call>> bind_uri_command(const CommandArguments& arguments)
{
    const auto count = [&] { return static_cast<std::size_t>(arguments.number(0)); };
    switch (arguments.command.id) {
        case CommandId::RewriteUri: return rewrite(rewrite_uri, arguments.text(0));
        case CommandId::RewriteHost: return rewrite(rewrite_host, arguments.text(0));
        case CommandId::RewriteHostPort: return rewrite(rewrite_host_port, arguments.text(0));
        case CommandId::RewriteUser: return rewrite(rewrite_user, arguments.text(0));
        case CommandId::RewriteUserPass: return rewrite(rewrite_user_password, arguments.text(0));
        case CommandId::RewritePort: return rewrite(rewrite_port, arguments.text(0));
        case CommandId::Prefix: return rewrite(prefix_user, arguments.text(0));
        case CommandId::Strip: return rewrite(strip_user, count());
        case CommandId::StripTail: return rewrite(strip_user_tail, count());
        default:  // RevertUri
            return plain_command([](Message& message) {
                message.revert_uri();
                return done;
            });
    }
}

}  // namespace junctor::script
