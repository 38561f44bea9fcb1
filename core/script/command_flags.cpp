// Message, script and branch flags (core.md, 3.4).
#include <fmt/format.h>

#include "core/script/command.h"

namespace junctor::script
{
namespace
{

enum class Verb { Set, Reset, Test };

Verb verb_of(CommandId id)
{
    using enum CommandId;
    if (id == SetFlag || id == SetScriptFlag || id == SetBranchFlag) return Verb::Set;
    if (id == ResetFlag || id == ResetScriptFlag || id == ResetBranchFlag) return Verb::Reset;
    return Verb::Test;
}

Code apply(Verb verb, std::uint32_t& flags, std::uint32_t bit)
{
    switch (verb) {
        case Verb::Set: flags |= bit; return done;
        case Verb::Reset: flags &= ~bit; return done;
        case Verb::Test: return code_of((flags & bit) != 0);
    }
    return failed;
}

Result<std::uint32_t> bit_of(const CommandArguments& arguments, std::size_t index)
{
    constexpr std::int64_t highest = 31;
    const std::int64_t number = arguments.number(index);
    if (number > highest) return fail(500, fmt::format("flags are numbered 0 to {}", highest), index);
    return std::uint32_t{1} << number;
}

// The branch of that number: 0 is the Request-URI, the others were appended.
Target* branch_of(Message& message, std::size_t index)
{
    if (index == 0) return &message.target();
    return index <= message.branches().size() ? &message.branches()[index - 1] : nullptr;
}

}  // namespace

Result<std::unique_ptr<Call>> bind_flag_command(const CommandArguments& arguments)
{
    using enum CommandId;
    const CommandId id = arguments.command.id;
    const Verb verb = verb_of(id);
    const auto bit = bit_of(arguments, arguments.list.size() - 1);
    if (!bit) return fail(bit.error());

    if (id == SetFlag || id == ResetFlag || id == IsFlagSet) {
        return plain_command(
            [verb, bit = *bit](Message& message) { return apply(verb, message.flags, bit); });
    }
    if (id == SetScriptFlag || id == ResetScriptFlag || id == IsScriptFlagSet) {
        return plain_command(
            [verb, bit = *bit](Message& message) { return apply(verb, message.script_flags, bit); });
    }
    const std::size_t branch = arguments.list.size() == 2 ? static_cast<std::size_t>(arguments.number(0)) : 0;
    return plain_command([verb, bit = *bit, branch](Message& message) {
        Target* target = branch_of(message, branch);
        return target ? apply(verb, target->flags, bit) : failed;
    });
}

}  // namespace junctor::script
