// A routing script, checked and compiled: flat instructions for the interpreter, with everything that they
// name bound.
//
// Immutable once made, and shared by all workers: what changes while it runs is in the Execution
// (interpreter.h) and in the message. A reload makes a new one; executions under way keep theirs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/script/ast.h"
#include "core/script/condition.h"
#include "core/script/function.h"
#include "core/script/program.h"
#include "core/script/source.h"
#include "core/script/variable.h"

namespace junctor::script
{

// What an instruction works on: `test` is the truth of the condition under way, `values` the stack of a value
// expression.
enum class Op : std::uint8_t {
    Call,          // calls[operand]; its code goes where `use` says
    Route,         // calls routes[operand], likewise
    UnknownRoute,  // route() to one that does not exist: a warning, and 1
    Return,        // leaves the route with the code `operand`
    Exit,
    Drop,
    End,  // of a route

    Test,          // tests[operand] -> test
    TestVariable,  // variables[operand] -> test
    TestNumber,    // operand -> test
    TestLast,      // the code of the last action -> test
    TestValue,     // pops a value -> test
    Not,
    JumpIfTrueOrError,  // behind the left side of ||
    JumpUnlessTrue,     // behind the left side of &&
    Branch,             // if: to `operand` unless test is true; an error is logged and counts as false
    Jump,
    EndIf,   // behind a body that ran
    NoBody,  // behind an if without a body to run; operand 1: of an else-if, whose code is 1

    PushLiteral,   // literals[operand]
    PushVariable,  // variables[operand]
    PushTest,      // test as 1, 0 or -1
    Arithmetic,    // ast::ArithmeticOperator on the two values on top
    Complement,
    Assign,      // pops a value into variables[operand]
    AssignNull,  // no value
    Replace,     // as Assign, but an AVP's newest value gives way (compound assignments)

    Switch,     // switches[operand]: jumps
    EndSwitch,  // also of loops
    LoopBegin,
    LoopNext,  // to `operand`, or on if the loop ran too often
    LoopEnd,
};

enum class Use : std::uint8_t { Statement, Test, Value };

struct Instruction {
    Op op;
    Use use = Use::Statement;
    std::int32_t operand = 0;
};

struct BoundCall {
    std::unique_ptr<Call> call;
    std::string name;
    RouteMask routes = any_route;  // where it may run; elsewhere it is refused
};

struct SwitchTable {
    struct Case {
        Value label;
        std::int32_t target = 0;
    };
    VariablePtr variable;
    std::vector<Case> cases;
    std::int32_t otherwise = 0;  // default, or `end`
    std::int32_t end = 0;        // behind the switch
};

struct CompiledRoute {
    ast::RouteKind kind = ast::RouteKind::Request;
    std::string name;
    unsigned number = 0;
    std::int32_t entry = 0;  // of its first instruction
};

class CompiledProgram final : public Program
{
public:
    static constexpr unsigned first_named_route = 1000;

    bool has_route(Route kind, unsigned number) const override { return find(kind, number) != nullptr; }
    std::optional<unsigned> route_number(Route kind, std::string_view name) const override;
    const CompiledRoute* find(Route kind, unsigned number) const;  // null: there is none

    // For the interpreter.
    const std::vector<Instruction>& code() const { return code_; }
    const Place& place(std::size_t instruction) const { return places_[instruction]; }
    const CompiledRoute& route(std::int32_t index) const { return routes_[static_cast<std::size_t>(index)]; }
    const BoundCall& call(std::int32_t index) const { return calls_[static_cast<std::size_t>(index)]; }
    const Test& test(std::int32_t index) const { return *tests_[static_cast<std::size_t>(index)]; }
    const Variable& variable(std::int32_t index) const
    {
        return *variables_[static_cast<std::size_t>(index)];
    }
    const Value& literal(std::int32_t index) const { return literals_[static_cast<std::size_t>(index)]; }
    const SwitchTable& switch_table(std::int32_t index) const
    {
        return switches_[static_cast<std::size_t>(index)];
    }
    const std::string& name(std::int32_t index) const { return names_[static_cast<std::size_t>(index)]; }
    const CompiledRoute* error_route() const { return find(junctor::script::Route::Error, 0); }

private:
    friend class Compiler;

    std::vector<Instruction> code_;
    std::vector<Place> places_;  // of each instruction
    std::vector<CompiledRoute> routes_;
    std::vector<BoundCall> calls_;
    std::vector<std::unique_ptr<Test>> tests_;
    std::vector<VariablePtr> variables_;
    std::vector<Value> literals_;
    std::vector<SwitchTable> switches_;
    std::vector<std::string> names_;          // of routes that do not exist
    std::shared_ptr<const Sources> sources_;  // places view its file names
};

}  // namespace junctor::script
