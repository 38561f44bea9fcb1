#include "core/script/command.h"

#include <fmt/format.h>

namespace junctor::script
{
namespace
{

using ast::Literal;

// One argument against one letter of a signature (command_table.h).
bool fits(const Literal& argument, char letter)
{
    switch (letter) {
        case 's': return argument.kind == Literal::Kind::String;
        case 'n': return argument.kind == Literal::Kind::Number && argument.number >= 0;
        case 'i': return argument.kind == Literal::Kind::Number;
        case 'a': return argument.kind == Literal::Kind::String || argument.kind == Literal::Kind::Word;
        case 'r': return argument.kind != Literal::Kind::Variable;
    }
    return false;
}

std::string_view meaning(char letter)
{
    switch (letter) {
        case 's': return "\"text\"";
        case 'n':
        case 'i': return "number";
        case 'a': return "[proto:]host[:port]";
        case 'r': return "route";
    }
    return "";
}

std::string usage(const CommandName& command)
{
    std::string out;
    std::string_view rest = command.signatures;
    while (true) {
        const auto end = rest.find('|');
        out += fmt::format("{}{}(", out.empty() ? "" : " or ", command.name);
        bool first = true;
        for (const char letter : rest.substr(0, end)) {
            out += fmt::format("{}{}", first ? "" : ", ", meaning(letter));
            first = false;
        }
        out += ')';
        if (end == rest.npos) return out;
        rest.remove_prefix(end + 1);
    }
}

}  // namespace

Result<void> check_signature(const CommandName& command, std::span<const Literal> arguments)
{
    std::size_t wrong = Error::nowhere;  // the argument to point at: of the signature with as many arguments
    std::string_view rest = command.signatures;
    while (true) {
        const auto end = rest.find('|');
        const auto signature = rest.substr(0, end);
        if (signature.size() == arguments.size()) {
            std::size_t at = 0;
            while (at < signature.size() && fits(arguments[at], signature[at])) ++at;
            if (at == signature.size()) return {};
            wrong = at;
        }
        if (end == rest.npos) break;
        rest.remove_prefix(end + 1);
    }
    return fail(500, fmt::format("it is called {}", usage(command)), wrong);
}

Result<std::unique_ptr<Call>> bind_command(const CommandArguments& arguments)
{
    using enum CommandId;
    switch (arguments.command.id) {
        case Route:
        case Return:
        case Exit:
        case Drop: break;
        case Log:
        case CommandId::Error: return bind_log_command(arguments);
        case Forward:
        case Send: return bind_sending_command(arguments);
        case RewriteUri:
        case RewriteHost:
        case RewriteHostPort:
        case RewriteUser:
        case RewriteUserPass:
        case RewritePort:
        case Prefix:
        case Strip:
        case StripTail:
        case RevertUri: return bind_uri_command(arguments);
        case AppendBranch:
        case SerializeBranches:
        case NextBranches:
        case SetDstUri:
        case ResetDstUri:
        case IsDstUriSet: return bind_branch_command(arguments);
        case SetFlag:
        case ResetFlag:
        case IsFlagSet:
        case SetScriptFlag:
        case ResetScriptFlag:
        case IsScriptFlagSet:
        case SetBranchFlag:
        case ResetBranchFlag:
        case IsBranchFlagSet: return bind_flag_command(arguments);
        case ForceRport:
        case AddLocalRport:
        case ForceTcpAlias:
        case ForceSendSocket:
        case SetAdvertisedAddress:
        case SetAdvertisedPort:
        case UseBlacklist: return bind_transport_command(arguments);
    }
    return fail("it is no call");
}

}  // namespace junctor::script
