// The destination set and the next hop (core.md, 3.3).
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/script/command.h"
#include "core/script/serial_branches.h"

namespace junctor::script
{
namespace
{

// "0.5", "1", "0.125": 0 to 1 with up to three decimals, in thousandths.
std::optional<int> quality(std::string_view text)
{
    const auto dot = text.find('.');
    const auto whole = parse_unsigned(text.substr(0, dot), 1);
    if (!whole) return std::nullopt;
    int q = static_cast<int>(*whole) * 1000;
    if (dot == text.npos) return q;
    const auto decimals = text.substr(dot + 1);
    if (decimals.empty() || decimals.size() > 3) return std::nullopt;
    const auto fraction = parse_unsigned(decimals);
    if (!fraction) return std::nullopt;
    int scale = 100;
    for (std::size_t i = 1; i < decimals.size(); ++i) scale /= 10;
    q += static_cast<int>(*fraction) * scale;
    return q <= 1000 ? std::optional(q) : std::nullopt;
}

Code append(Message& message, Target target)
{
    if (message.append_branch(std::move(target))) return done;
    log_warning("script", "there are {} branches already: append_branch() returns -1", max_branches);
    return failed;
}

// The Request-URI in force becomes a branch, and what was said of its next hop goes with it.
Code append_current(Message& message)
{
    if (!message.is_request()) return failed;
    Target branch = message.target();
    branch.uri = message.uri();
    const Code code = append(message, std::move(branch));
    if (code == done) {
        Target& own = message.target();
        own.destination_uri.clear();
        own.path.clear();
        own.flags = 0;
        own.socket = nullptr;
    }
    return code;
}

Result<std::unique_ptr<Call>> bind_append(const CommandArguments& arguments)
{
    if (arguments.list.empty()) return plain_command(append_current);
    Target added;
    added.uri = arguments.text(0);
    if (added.uri.empty() || added.uri.size() > sip::max_uri_length)
        return fail(500, "a branch needs a URI", 0);
    if (arguments.list.size() == 2) {
        const auto q = quality(arguments.text(1));
        if (!q) return fail(500, "q is a number from 0 to 1 with up to three decimals, as in \"0.5\"", 1);
        added.q = *q;
    }
    return plain_command([added](Message& message) {
        if (!message.is_request()) return failed;
        Target branch = message.target();  // the next hop, flags and socket are those of the Request-URI
        branch.uri = added.uri;
        branch.q = added.q;
        return append(message, std::move(branch));
    });
}

}  // namespace

Result<std::unique_ptr<Call>> bind_branch_command(const CommandArguments& arguments)
{
    switch (arguments.command.id) {
        case CommandId::AppendBranch: return bind_append(arguments);
        case CommandId::SerializeBranches:
            return plain_command([clean = arguments.number(0) != 0](Message& message) {
                return code_of(serialize_branches(message, clean));
            });
        case CommandId::NextBranches:
            return plain_command([](Message& message) { return code_of(next_branches(message)); });
        case CommandId::SetDstUri:
            return plain_command([uri = arguments.text(0)](Message& message) {
                message.target().destination_uri = uri;
                return done;
            });
        case CommandId::ResetDstUri:
            return plain_command([](Message& message) {
                message.target().destination_uri.clear();
                return done;
            });
        default:  // IsDstUriSet
            return plain_command(
                [](Message& message) { return code_of(!message.target().destination_uri.empty()); });
    }
}

}  // namespace junctor::script
