#include "core/script/execution.h"

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/script/arithmetic.h"

namespace junctor::script
{
namespace
{

constexpr std::size_t deepest = 100;              // routes: the block itself and 99 calls, as in OpenSER
constexpr std::uint32_t most_iterations = 10000;  // of one loop
constexpr std::uint32_t most_steps = 1000000;     // of one execution: routes that call each other end, too

}  // namespace

Execution::Execution(const CompiledProgram& program, const CompiledRoute& block, Route kind, Message& message)
    : program_(program),
      message_(message),
      at_(block.entry),
      outer_route_(message.route),
      outer_script_flags_(message.script_flags),
      outer_parse_error_(std::move(message.parse_error)),
      outer_place_(message.place)
{
    message_.route = kind;
    message_.script_flags = 0;
    message_.parse_error = {};
    message_.drop = false;
    if (kind != Route::Branch) message_.blacklists.clear();  // a branch keeps what its request chose
    frames_.push_back({});
}

Execution::~Execution()
{
    message_.route = outer_route_;
    message_.script_flags = outer_script_flags_;
    message_.parse_error = std::move(outer_parse_error_);
    message_.place = outer_place_;
}

std::optional<Outcome> Execution::start()
{
    if (!advance()) return std::nullopt;
    return end();
}

Task<Outcome> Execution::finish()
{
    do {
        if (pending_test_) {
            const Truth truth = co_await std::move(pending_test_);
            pending_test_ = {};
            test_done(truth);
        } else {
            const Code code = co_await std::move(pending_call_);
            pending_call_ = {};
            action_done(pending_use_, code.value);
        }
    } while (!advance());
    co_return end();
}

Outcome Execution::end()
{
    return {last_, ended_, message_.drop};
}

bool Execution::advance()
{
    LogScope scope(message_.sip().call_id());
    while (!finished_ && !pending_call_ && !pending_test_) {
        if (++steps_ > most_steps) {
            log_error("script", "{} instructions for one message are too many: the script ends here",
                      most_steps);
            stop();
            break;
        }
        message_.place = &program_.place(static_cast<std::size_t>(at_));
        scope.at(*message_.place);
        step(program_.code()[static_cast<std::size_t>(at_++)]);
    }
    return finished_;
}

void Execution::step(const Instruction& instruction)
{
    switch (instruction.op) {
        case Op::Call: return call(instruction);
        case Op::Route: return call_route(instruction);
        case Op::UnknownRoute:
            log_warning("script", "there is no route[{}]: the call does nothing",
                        program_.name(instruction.operand));
            return action_done(instruction.use, 1);
        case Op::Return:
            if (instruction.operand == 0 || instruction.use != Use::Statement)
                return stop();  // even in a condition
            return leave(instruction.operand);
        case Op::Exit: return stop();
        case Op::Drop: return stop(true);
        case Op::End: return leave(last_);
        case Op::Test:
        case Op::TestVariable:
        case Op::TestNumber:
        case Op::TestLast:
        case Op::TestValue:
        case Op::Not:
        case Op::JumpIfTrueOrError:
        case Op::JumpUnlessTrue:
        case Op::Branch: return condition(instruction);
        case Op::Jump:
        case Op::EndIf:
        case Op::NoBody:
        case Op::Switch:
        case Op::EndSwitch:
        case Op::LoopBegin:
        case Op::LoopNext:
        case Op::LoopEnd: return control(instruction);
        case Op::PushLiteral:
        case Op::PushVariable:
        case Op::PushTest:
        case Op::Arithmetic:
        case Op::Complement:
        case Op::Assign:
        case Op::AssignNull:
        case Op::Replace: return value(instruction);
    }
}

// ---- calls and routes

void Execution::call(const Instruction& instruction)
{
    const BoundCall& bound = program_.call(instruction.operand);
    message_.previous_failure = std::exchange(message_.failure, Failure::None);
    if (!includes(bound.routes, message_.route)) {
        log_error("script", "{}() cannot be called in {}: it returns -1", bound.name,
                  to_text(message_.route));
        return action_done(instruction.use, -1);
    }
    if (!bound.call->waits(message_)) return action_done(instruction.use, bound.call->call(message_).value);
    keep_values();
    pending_use_ = instruction.use;
    pending_call_ = bound.call->call_waiting(message_);
}

void Execution::call_route(const Instruction& instruction)
{
    if (frames_.size() >= deepest) {
        log_error("script", "routes call each other more than {} deep: route() returns -1", deepest);
        return action_done(instruction.use, -1);
    }
    keep_values();
    frames_.push_back(
        {at_, instruction.use, false, values_.size(), loops_.size(), test_, last_, 1, message_.route});
    last_ = 1;
    at_ = program_.route(instruction.operand).entry;
}

// The end of a route, by its last statement or return.
void Execution::leave(int code)
{
    const Frame frame = frames_.back();
    frames_.pop_back();
    last_ = code;
    if (frames_.empty()) {
        message_.return_code = code;
        finished_ = true;
        return;
    }
    at_ = frame.return_to;
    values_.resize(frame.values);
    loops_.resize(frame.loops);
    test_ = frame.test;
    if (frame.is_error_route) {  // the statement that failed is over: what it left counts
        last_ = frame.last;
        message_.return_code = frame.return_code;
        message_.route = frame.route;
        message_.parse_error = {};
        return;
    }
    action_done(frame.use, code < 0 ? code : 1,
                code);  // true unless negative; $rc is what the route returned
}

// A call is over: its code goes where it was wanted.
void Execution::action_done(Use use, int code, std::optional<int> return_code)
{
    last_ = code;
    message_.return_code = return_code.value_or(code);
    switch (use) {
        case Use::Statement:
            if (code == 0) return stop();
            break;
        case Use::Test:
            if (code == 0) return stop();
            test_ = truth(code > 0);
            break;
        case Use::Value:
            values_.push_back(Value::number(code));
            stop_after_ = stop_after_ || code == 0;
            break;
    }
    check_parse_error();
}

void Execution::stop(bool dropped)
{
    finished_ = ended_ = true;
    last_ = message_.return_code = 0;
    message_.drop = dropped;
}

// error_route{} runs after the action that met something it could not parse (config-language.md, 4.3).
void Execution::check_parse_error()
{
    if (finished_ || message_.parse_error.error_class == 0) return;
    if (message_.route == Route::Error || message_.route == Route::OnReply) return;
    const CompiledRoute* route = program_.error_route();
    if (!route || frames_.size() >= deepest) return;
    keep_values();
    frames_.push_back({at_, Use::Statement, true, values_.size(), loops_.size(), test_, last_,
                       message_.return_code, message_.route});
    message_.route = Route::Error;
    last_ = 1;
    at_ = route->entry;
}

// ---- conditions

void Execution::condition(const Instruction& instruction)
{
    switch (instruction.op) {
        case Op::Test:
            test_ = program_.test(instruction.operand).test(message_);
            if (test_ == Truth::Waits) {
                keep_values();
                pending_test_ = program_.test(instruction.operand).test_waiting(message_);
            }
            return;
        case Op::TestVariable:
            return test_done(truth_of(program_.variable(instruction.operand).get(message_)));
        case Op::TestNumber: return test_done(truth(instruction.operand != 0));
        case Op::TestLast: return test_done(truth(last_ > 0));
        case Op::TestValue: {
            const Value tested = pop();
            const bool empty = tested.is_integer() ? tested.number() == 0 : tested.text().empty();
            test_ = tested.is_present() ? truth(!empty) : Truth::Error;
            return check_stop();
        }
        case Op::Not:
            if (test_ != Truth::Error) test_ = truth(test_ == Truth::False);
            return;
        case Op::JumpIfTrueOrError:
            if (test_ != Truth::False) at_ = instruction.operand;
            return;
        case Op::JumpUnlessTrue:
            if (test_ != Truth::True) at_ = instruction.operand;
            return;
        default:  // Branch
            if (test_ == Truth::Error)
                log_warning("script", "this condition could not be evaluated: it counts as false");
            if (test_ != Truth::True) at_ = instruction.operand;
            return;
    }
}

// ---- statements

void Execution::control(const Instruction& instruction)
{
    switch (instruction.op) {
        case Op::Jump: at_ = instruction.operand; return;
        case Op::EndIf: message_.return_code = last_; return check_parse_error();
        case Op::NoBody:
            last_ = 1;
            message_.return_code = instruction.operand == 1 ? 1 : static_cast<int>(test_);
            return check_parse_error();
        case Op::Switch: return choose(program_.switch_table(instruction.operand));
        case Op::EndSwitch: last_ = message_.return_code = last_ < 0 ? last_ : 1; return check_parse_error();
        case Op::LoopBegin:
            last_ = 1;
            loops_.push_back(0);
            return;
        case Op::LoopNext: return next_iteration(instruction.operand);
        default: loops_.pop_back(); return;  // LoopEnd
    }
}

void Execution::choose(const SwitchTable& table)
{
    last_ = 1;
    at_ = table.otherwise;
    const Value chosen = table.variable->get(message_);
    if (chosen.is_error()) {
        log_error("script", "the variable of this switch cannot be read: nothing is done");
        at_ = table.end;
        return;
    }
    if (chosen.is_null()) return;
    for (const auto& item : table.cases) {
        const bool same = item.label.is_integer()
                              ? chosen.has_number() && chosen.number() == item.label.number()
                              : chosen.has_text() && iequals(chosen.text(), item.label.text());
        if (!same) continue;
        at_ = item.target;
        return;
    }
}

void Execution::next_iteration(std::int32_t again)
{
    if (++loops_.back() < most_iterations) {
        at_ = again;
        return;
    }
    log_error("script", "this while has run {} times: it ends here", most_iterations);
}

// ---- values

Value Execution::pop()
{
    Value value = std::move(values_.back());
    values_.pop_back();
    return value;
}

// Before anything else runs, values that view into the message take copies.
void Execution::keep_values()
{
    for (auto& value : values_) value = value.owned();
}

void Execution::value(const Instruction& instruction)
{
    switch (instruction.op) {
        case Op::PushLiteral: values_.push_back(program_.literal(instruction.operand)); return;
        case Op::PushVariable:
            values_.push_back(program_.variable(instruction.operand).get(message_));
            return;
        case Op::PushTest: values_.push_back(Value::number(static_cast<int>(test_))); return;
        case Op::Arithmetic: {
            const Value right = pop();
            const Value left = pop();
            values_.push_back(
                compute(static_cast<ast::ArithmeticOperator>(instruction.operand), left, right));
            return;
        }
        case Op::Complement: values_.push_back(complement(pop())); return;
        default: return assign(instruction);
    }
}

void Execution::assign(const Instruction& instruction)
{
    const Variable& target = program_.variable(instruction.operand);
    bool done = false;
    if (instruction.op == Op::AssignNull) {
        done = target.set(message_, Value::null());
    } else {
        const Value assigned = pop().owned();  // setting may change what it views
        if (assigned.is_present()) {
            const bool stack = instruction.op == Op::Replace && target.avp_name(&message_);
            if (stack) target.set(message_, Value::null());
            done = target.set(message_, assigned);
        }
    }
    if (!done) log_debug("script", "the assignment did not take place");
    last_ = message_.return_code = done ? 1 : -1;
    check_stop();
    check_parse_error();
}

void Execution::check_stop()
{
    if (std::exchange(stop_after_, false)) stop();
}

}  // namespace junctor::script
