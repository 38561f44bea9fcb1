// Runs a block of a compiled script over a message, with OpenSER 1.2's rules for return codes
// (config-language.md, 4.2, 4.3 and 5.1).
//
// The position is kept in explicit frames: when a function waits, the execution is suspended and the worker
// goes on; no C++ call nests with the script's. What never waits costs no coroutine: start() is a plain call.
//
//     Execution execution(program, *block, Route::Request, message);
//     if (const auto outcome = execution.start()) co_return *outcome;
//     co_return co_await execution.finish();
//
// Limits: 100 nested routes, 10,000 iterations of one loop, 1,000,000 instructions in all; each is logged.
// One worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/script/compiled_program.h"
#include "core/script/interpreter.h"

namespace junctor::script
{

// Null, and a line in the log: there is no such block.
const CompiledRoute* find_block(const CompiledProgram& program, Route kind, unsigned number);

class Execution
{
public:
    // `program` and `message` outlive it. At the start script flags and error information are cleared;
    // `message.route` is `kind` while it runs. All three are as before when it has ended, so that executions
    // may nest.
    Execution(const CompiledProgram& program, const CompiledRoute& block, Route kind, Message& message);
    ~Execution();
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;

    std::optional<Outcome> start();  // empty: something waits, await finish()
    Task<Outcome> finish();

private:
    struct Frame {
        std::int32_t return_to = 0;
        Use use = Use::Statement;
        bool is_error_route = false;
        std::size_t values = 0, loops = 0;  // what the stacks held
        // Of the statement that an error_route interrupts.
        Truth test = Truth::True;
        int last = 1, return_code = 1;
        Route route = Route::Request;
    };

    bool advance();  // until the end (true) or something waits
    void step(const Instruction& instruction);
    void control(const Instruction& instruction);
    void condition(const Instruction& instruction);
    void value(const Instruction& instruction);
    void call(const Instruction& instruction);
    void call_route(const Instruction& instruction);
    void leave(int code);
    void action_done(Use use, int code, std::optional<int> return_code = {});
    void test_done(Truth result) { test_ = result; }
    void assign(const Instruction& instruction);
    void choose(const SwitchTable& table);
    void next_iteration(std::int32_t again);
    void stop(bool dropped = false);
    void check_parse_error();
    void check_stop();
    void keep_values();
    Value pop();
    Outcome end();

    const CompiledProgram& program_;
    Message& message_;
    std::vector<Frame> frames_;
    std::vector<Value> values_;
    std::vector<std::uint32_t> loops_;
    std::int32_t at_ = 0;  // the next instruction
    std::uint32_t steps_ = 0;
    Truth test_ = Truth::True;
    int last_ = 1;             // code of the last action, as the end of a route returns it
    bool stop_after_ = false;  // a call inside a value returned 0: the script ends behind the assignment
    bool finished_ = false;
    bool ended_ = false;  // by exit, drop or a 0
    Task<Code> pending_call_;
    Task<Truth> pending_test_;
    Use pending_use_ = Use::Statement;
    // As they were before.
    Route outer_route_;
    std::uint32_t outer_script_flags_;
    ParseError outer_parse_error_;
    const Place* outer_place_;
};

}  // namespace junctor::script
