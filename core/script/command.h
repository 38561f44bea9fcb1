// Commands of the core, bound: from a name and its arguments to a Call (core.md, section 3). route, return,
// exit and drop are no calls: the interpreter carries them out itself.
#pragma once

#include <memory>
#include <span>

#include "core/base/result.h"
#include "core/script/ast.h"
#include "core/script/command_table.h"
#include "core/script/function.h"
#include "core/script/globals.h"

namespace junctor::script
{

struct CommandArguments {
    const CommandName& command;
    std::span<const ast::Literal> list;  // as one of the command's signatures wants them
    const ScriptGlobals& globals;

    const std::string& text(std::size_t index) const { return list[index].text; }
    std::int64_t number(std::size_t index) const { return list[index].number; }
};

// Do these arguments fit a signature of the command? The error says what it takes.
Result<void> check_signature(const CommandName& command, std::span<const ast::Literal> arguments);

// An error's offset is the number of the argument that it lies in.
Result<std::unique_ptr<Call>> bind_command(const CommandArguments& arguments);

// By area, each in a file of its own.
Result<std::unique_ptr<Call>> bind_uri_command(const CommandArguments& arguments);
Result<std::unique_ptr<Call>> bind_branch_command(const CommandArguments& arguments);
Result<std::unique_ptr<Call>> bind_flag_command(const CommandArguments& arguments);
Result<std::unique_ptr<Call>> bind_transport_command(const CommandArguments& arguments);
Result<std::unique_ptr<Call>> bind_sending_command(const CommandArguments& arguments);
Result<std::unique_ptr<Call>> bind_log_command(const CommandArguments& arguments);

// A command that never waits, made from a function of the message.
template <class F>
class PlainCommand final : public Call
{
public:
    explicit PlainCommand(F carry_out) : carry_out_(std::move(carry_out)) {}
    bool waits(const Message&) const override { return false; }
    Code call(Message& message) override { return carry_out_(message); }
    Task<Code> call_waiting(Message& message) override { co_return carry_out_(message); }

private:
    F carry_out_;
};

template <class F>
std::unique_ptr<Call> plain_command(F carry_out)
{
    return std::make_unique<PlainCommand<F>>(std::move(carry_out));
}

constexpr Code done{1}, failed{-1};
constexpr Code code_of(bool success)
{
    return success ? done : failed;
}

}  // namespace junctor::script
