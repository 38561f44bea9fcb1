// Functions that modules give to the script: how they are declared, checked and bound at load, and called.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/task.h"
#include "core/script/message.h"

namespace junctor::script
{

class VariableRegistry;

// An argument as the script has it: string literals and numbers; both as text.
struct Argument {
    std::string text;
    bool is_number = false;
};

// What turning an argument's text into a value may ask: pseudo-variables, AVP aliases, and which routes
// exist.
struct BindContext {
    VariableRegistry& variables;
    Route route = Route::Request;  // of the block that the call stands in
};

// A call with its arguments bound: what a compiled script holds. Shared by workers: no state that a call
// changes.
class Call
{
public:
    virtual ~Call() = default;
    // Asked at each call: some wait only in certain configurations, or for certain messages.
    virtual bool waits(const Message& message) const = 0;
    virtual Code call(Message& message) = 0;                // if it does not wait
    virtual Task<Code> call_waiting(Message& message) = 0;  // if it waits
};

struct Function {
    std::string name;
    std::size_t arity = 0;
    RouteMask routes = 0;
    bool waits = false;
    std::string help;  // what the arguments are and what it does, one sentence
    // An error's offset counts in `arguments` and is shown under that argument.
    std::function<Result<std::unique_ptr<Call>>(std::span<const Argument> arguments, BindContext& context)>
        bind;
};

// Turns an argument's text into the type that a function asks for. Specialised for std::string, int,
// unsigned, Format, VariableRef and Regex beside their types; modules add their own.
template <class T>
struct ArgumentType;  // static Result<T> parse(const Argument&, BindContext&);

template <>
struct ArgumentType<std::string> {
    static Result<std::string> parse(const Argument& argument, BindContext&) { return argument.text; }
};
template <>
struct ArgumentType<int> {
    static Result<int> parse(const Argument& argument, BindContext&);  // decimal or 0x, sign allowed
};
template <>
struct ArgumentType<unsigned> {
    static Result<unsigned> parse(const Argument& argument, BindContext&);
};

}  // namespace junctor::script
