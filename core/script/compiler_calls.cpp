// Calls: routes, commands of the core, functions of modules.
#include <fmt/format.h>

#include "core/script/command.h"
#include "core/script/compiler.h"
#include "core/script/keywords.h"

namespace junctor::script
{
namespace
{

// Where an error of binding lies: under the argument that its offset names, else under the call's name.
Range range_of(const ast::Call& call, const Error& error)
{
    return error.offset < call.arguments.size() ? call.arguments[error.offset].range : call.name.range;
}

// "it takes 1 or 2 arguments"
std::string arities(const std::vector<const Function*>& functions)
{
    std::vector<std::size_t> counts;
    counts.reserve(functions.size());
    for (const auto* function : functions) counts.push_back(function->arity);
    std::sort(counts.begin(), counts.end());
    counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
    std::string out;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (i > 0) out += i + 1 == counts.size() ? " or " : ", ";
        out += std::to_string(counts[i]);
    }
    return fmt::format("it takes {} argument{}", out, out == "1" ? "" : "s");
}

}  // namespace

void Compiler::call(const ast::Call& call, Use use)
{
    if (const CommandName* known = find_command(call.name.text)) return command(call, *known, use);
    function(call, use);
}

void Compiler::command(const ast::Call& call, const CommandName& command, Use use)
{
    if (const auto fits = check_signature(command, call.arguments); !fits) {
        diagnostics_.error(range_of(call, fits.error()),
                           fmt::format("{}() cannot be called like this", command.name), fits.error().text);
        return;
    }
    switch (command.id) {
        case CommandId::Route: return route_call(call, use);
        case CommandId::Return: {
            const std::int64_t code = call.arguments.empty() ? 1 : call.arguments[0].number;
            if (code < INT32_MIN || code > INT32_MAX)
                diagnostics_.error(call.arguments[0].range, "this code is too large");
            emit(Op::Return, call.range, static_cast<std::int32_t>(code), use);
            return;
        }
        case CommandId::Exit: emit(Op::Exit, call.range); return;
        case CommandId::Drop: emit(Op::Drop, call.range); return;
        default: break;
    }
    auto bound = bind_command({command, call.arguments, context_.globals});
    if (!bound) {
        diagnostics_.error(range_of(call, bound.error()), bound.error().text);
        return;
    }
    add_call(call, use, std::move(*bound), any_route);
}

void Compiler::route_call(const ast::Call& call, Use use)
{
    const std::string name = route_name(call.arguments[0]);
    for (std::size_t i = 0; i < program_->routes_.size(); ++i) {
        const auto& route = program_->routes_[i];
        if (route.kind != ast::RouteKind::Request || route.name != name) continue;
        emit(Op::Route, call.range, static_cast<std::int32_t>(i), use);
        return;
    }
    std::vector<std::string_view> names;
    for (const auto& route : program_->routes_) {
        if (route.kind == ast::RouteKind::Request) names.push_back(route.name);
    }
    const bool number = call.arguments[0].kind == ast::Literal::Kind::Number;
    diagnostics_.warning(call.arguments[0].range,
                         fmt::format("there is no route[{}]: the call will do nothing", name),
                         number ? "" : did_you_mean(name, names));
    program_->names_.push_back(name);
    emit(Op::UnknownRoute, call.range, static_cast<std::int32_t>(program_->names_.size() - 1), use);
}

void Compiler::function(const ast::Call& call, Use use)
{
    const Function* function = context_.functions.find_function(call.name.text, call.arguments.size());
    if (!function) return unknown_function(call);
    if (!allowed_here(call, *function)) return;

    std::vector<Argument> arguments;
    for (const auto& argument : call.arguments) {
        arguments.push_back({argument.text, argument.kind == ast::Literal::Kind::Number});
    }
    BindContext context{context_.variables, route_of(route_->kind)};
    auto bound = function->bind(arguments, context);
    if (!bound) {
        diagnostics_.error(range_of(call, bound.error()), bound.error().text);
        return;
    }
    add_call(call, use, std::move(*bound), function->routes);
}

void Compiler::unknown_function(const ast::Call& call)
{
    const auto others = context_.functions.functions_named(call.name.text);
    if (!others.empty()) {
        diagnostics_.error(call.name.range,
                           fmt::format("{}() takes no {} argument{}", call.name.text, call.arguments.size(),
                                       call.arguments.size() == 1 ? "" : "s"),
                           arities(others));
        return;
    }
    const auto names = context_.functions.function_names();
    std::vector<std::string_view> known = statement_words();
    known.insert(known.end(), names.begin(), names.end());
    const auto hint = did_you_mean(call.name.text, known);
    diagnostics_.error(call.name.range, fmt::format("there is no function {}()", call.name.text),
                       hint.empty() ? "is the loadmodule of its module missing?" : hint);
}

// A function that can never be called where it stands is an error. If only some callers of a route[N] are to
// blame it is one under -C; else a warning, as 1.2 does not look, and the call will fail there.
bool Compiler::allowed_here(const ast::Call& call, const Function& function)
{
    const RouteMask runs_in = types_.of(*route_);
    const auto refused = static_cast<RouteMask>(runs_in & ~function.routes);
    if (refused == 0) return true;
    const std::string way_out = fmt::format("it may be called in: {}", list_of(function.routes));
    const std::string text = fmt::format("{}() cannot be called in {}", function.name, list_of(refused));
    if (refused == runs_in) {
        diagnostics_.error(call.name.range, text, way_out);
        return false;
    }
    const std::string indirect = fmt::format("{}, from where route[{}] is called", text, route_->name);
    if (context_.check_indirect_calls) {
        diagnostics_.error(call.name.range, indirect, way_out);
    } else {
        diagnostics_.warning(call.name.range, indirect, way_out);
    }
    return true;
}

void Compiler::add_call(const ast::Call& call, Use use, std::unique_ptr<Call> bound, RouteMask routes)
{
    program_->calls_.push_back({std::move(bound), call.name.text, routes});
    emit(Op::Call, call.range, static_cast<std::int32_t>(program_->calls_.size() - 1), use);
}

}  // namespace junctor::script
