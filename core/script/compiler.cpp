// Routes and statements.
#include "core/script/compiler.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/script/command_table.h"

namespace junctor::script
{

std::shared_ptr<const Program> compile(const ast::Script& script, std::shared_ptr<const Sources> sources,
                                       CompileContext context, Diagnostics& diagnostics)
{
    return Compiler(script, std::move(sources), context, diagnostics).run();
}

Compiler::Compiler(const ast::Script& script, std::shared_ptr<const Sources> sources,
                   const CompileContext& context, Diagnostics& diagnostics)
    : script_(script),
      context_(context),
      diagnostics_(diagnostics),
      sources_(*sources),
      program_(std::make_shared<CompiledProgram>()),
      types_(script)
{
    program_->sources_ = std::move(sources);
}

std::shared_ptr<const Program> Compiler::run()
{
    register_routes();
    for (std::size_t i = 0; i < script_.routes.size(); ++i) {
        route_ = &script_.routes[i];
        for (auto& compiled : program_->routes_) {
            if (compiled.kind == route_->kind && compiled.name == route_->name) compiled.entry = here();
        }
        block(route_->body);
        emit(Op::End, after(route_->body.range));
    }
    if (diagnostics_.errors() > 0) return nullptr;
    return program_;
}

// All routes are known before the first is compiled: they may call each other in any order.
void Compiler::register_routes()
{
    unsigned next_named = CompiledProgram::first_named_route;
    for (const auto& route : script_.routes) {
        const auto same = [&](const ast::Route& other) {
            return other.kind == route.kind && other.name == route.name;
        };
        const auto first = std::find_if(script_.routes.begin(), script_.routes.end(), same);
        if (&*first != &route) {
            diagnostics_.error(route.range, fmt::format("{} exists already", sources_.text(route.range)),
                               fmt::format("the first is at {}", to_text(sources_.place(first->range))));
            continue;
        }
        const auto number = parse_unsigned(route.name);
        if (number && *number >= CompiledProgram::first_named_route) {
            diagnostics_.error(
                route.range, fmt::format("route numbers go up to {}", CompiledProgram::first_named_route - 1),
                "give it a name instead, as in route[relay]");
        }
        program_->routes_.push_back(
            {route.kind, route.name, number ? static_cast<unsigned>(*number) : next_named++, 0});
    }
    const auto is_main = [](const ast::Route& route) {
        return route.kind == ast::RouteKind::Request && route.name == "0";
    };
    if (std::none_of(script_.routes.begin(), script_.routes.end(), is_main) && !script_.routes.empty()) {
        diagnostics_.warning(script_.routes[0].range,
                             "there is no route { ... }: every request will be discarded");
    }
}

std::size_t Compiler::emit(Op op, Range range, std::int32_t operand, Use use)
{
    program_->code_.push_back({op, use, operand});
    program_->places_.push_back(sources_.place(range));
    return program_->code_.size() - 1;
}

void Compiler::block(const ast::Block& block)
{
    warn_unreachable(block);
    for (const auto& inner : block.statements) statement(inner);
}

// What stands behind exit, drop, return or break is never reached. 1.2 accepts it, so this warns.
void Compiler::warn_unreachable(const ast::Block& block)
{
    for (std::size_t i = 0; i + 1 < block.statements.size(); ++i) {
        const auto& statement = block.statements[i];
        const auto* call = std::get_if<ast::Call>(&statement.node);
        const bool leaves =
            std::holds_alternative<ast::Break>(statement.node) ||
            (call && (call->name.text == "exit" || call->name.text == "drop" || call->name.text == "return"));
        if (!leaves) continue;
        diagnostics_.warning(
            block.statements[i + 1].range, "this statement is never reached",
            fmt::format("the one at {} leaves before", to_text(sources_.place(statement.range))));
        return;
    }
}

void Compiler::statement(const ast::Statement& statement)
{
    const auto& node = statement.node;
    if (const auto* called = std::get_if<ast::Call>(&node)) {
        call(*called, Use::Statement);
    } else if (const auto* assigned = std::get_if<ast::Assignment>(&node)) {
        assignment(*assigned, statement.range);
    } else if (const auto* tested = std::get_if<ast::If>(&node)) {
        if_statement(*tested);
    } else if (const auto* loop = std::get_if<ast::While>(&node)) {
        while_statement(*loop, statement.range);
    } else if (const auto* chosen = std::get_if<ast::Switch>(&node)) {
        switch_statement(*chosen, statement.range);
    } else if (std::holds_alternative<ast::Break>(node)) {
        break_statement(statement.range);
    } else {
        block(std::get<ast::Block>(node));
    }
}

//     condition
//     Branch next      -> next: the following arm, or else
//     body, EndIf      (NoBody if it is empty)
//     Jump end
void Compiler::if_statement(const ast::If& statement)
{
    std::vector<std::size_t> to_end;
    const auto body = [&](const ast::Block& inner, std::int32_t else_if) {
        block(inner);
        const bool empty = inner.statements.empty();
        emit(empty ? Op::NoBody : Op::EndIf, after(inner.range), empty ? else_if : 0);
    };
    for (std::size_t i = 0; i < statement.arms.size(); ++i) {
        const auto& arm = statement.arms[i];
        condition(*arm.condition);
        const auto branch = emit(Op::Branch, arm.condition->range);
        body(arm.body, i > 0 ? 1 : 0);
        to_end.push_back(emit(Op::Jump, after(arm.body.range)));
        jump_here(branch);
    }
    const std::int32_t else_if = statement.arms.size() > 1 ? 1 : 0;
    if (statement.otherwise) {
        body(*statement.otherwise, else_if);
    } else {
        emit(Op::NoBody, statement.arms.back().condition->range, else_if);
    }
    for (const auto jump : to_end) jump_here(jump);
}

void Compiler::while_statement(const ast::While& statement, Range range)
{
    emit(Op::LoopBegin, range);
    const std::int32_t again = here();
    condition(*statement.condition);
    const auto branch = emit(Op::Branch, statement.condition->range);
    breaks_.emplace_back();
    block(statement.body);
    emit(Op::LoopNext, range, again);
    jump_here(branch);
    for (const auto jump : breaks_.back()) jump_here(jump);
    breaks_.pop_back();
    emit(Op::LoopEnd, range);
    emit(Op::EndSwitch, range);
}

// The cases' bodies one behind the other, so that they fall through; default is never fallen into.
void Compiler::switch_statement(const ast::Switch& statement, Range range)
{
    const auto table_index = program_->switches_.size();
    program_->switches_.emplace_back();
    SwitchTable table;
    const std::int32_t chosen = variable(statement.variable.text, statement.variable.range);
    if (chosen >= 0) table.variable = program_->variables_[static_cast<std::size_t>(chosen)];
    emit(Op::Switch, range, static_cast<std::int32_t>(table_index));

    breaks_.emplace_back();
    for (const auto& item : statement.cases) {
        table.cases.push_back({literal_value(item.label), here()});
        block(item.body);
    }
    const auto over_default = emit(Op::Jump, range);
    table.otherwise = here();
    if (statement.otherwise) block(*statement.otherwise);
    jump_here(over_default);
    for (const auto jump : breaks_.back()) jump_here(jump);
    breaks_.pop_back();
    table.end = here();
    emit(Op::EndSwitch, range);
    program_->switches_[table_index] = std::move(table);
}

void Compiler::break_statement(Range range)
{
    if (breaks_.empty()) {
        emit(Op::Exit, range);  // as in SER
    } else {
        breaks_.back().push_back(emit(Op::Jump, range));
    }
}

void Compiler::assignment(const ast::Assignment& assignment, Range range)
{
    const std::int32_t target = variable(assignment.target.text, assignment.target.range);
    if (target >= 0 && !program_->variables_[static_cast<std::size_t>(target)]->is_writable()) {
        diagnostics_.error(assignment.target.range,
                           fmt::format("{} cannot be assigned", assignment.target.text),
                           "$var(name), $avp(name), $ru, $rU, $rd and $du can");
    }
    if (!assignment.value) {
        emit(Op::AssignNull, range, target);
        return;
    }
    const bool compound = assignment.op != ast::AssignmentOperator::Set;
    if (compound) emit(Op::PushVariable, assignment.target.range, target);
    value(*assignment.value);
    if (compound) {
        emit(Op::Arithmetic, range,
             static_cast<std::int32_t>(assignment.op) - 1);  // the same order, without `=`
    }
    emit(compound ? Op::Replace : Op::Assign, range, target);
}

}  // namespace junctor::script
