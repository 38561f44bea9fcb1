// The compiler's own class; only compiler*.cpp see it. Looks up every name and binds every call, comparison
// and variable of the script, and writes the instructions.
#pragma once

#include "core/script/command_table.h"
#include "core/script/compiled_program.h"
#include "core/script/route_types.h"

namespace junctor::script
{

class Compiler
{
public:
    Compiler(const ast::Script& script, std::shared_ptr<const Sources> sources, const CompileContext& context,
             Diagnostics& diagnostics);
    std::shared_ptr<const Program> run();

private:
    // compiler.cpp: routes and statements
    void register_routes();
    void block(const ast::Block& block);
    void statement(const ast::Statement& statement);
    void if_statement(const ast::If& statement);
    void while_statement(const ast::While& statement, Range range);
    void switch_statement(const ast::Switch& statement, Range range);
    void break_statement(Range range);
    void assignment(const ast::Assignment& assignment, Range range);
    void warn_unreachable(const ast::Block& block);

    // compiler_calls.cpp
    void call(const ast::Call& call, Use use);
    void route_call(const ast::Call& call, Use use);
    void command(const ast::Call& call, const CommandName& command, Use use);
    void function(const ast::Call& call, Use use);
    void unknown_function(const ast::Call& call);
    bool allowed_here(const ast::Call& call, const Function& function);
    void add_call(const ast::Call& call, Use use, std::unique_ptr<Call> bound, RouteMask routes);

    // compiler_expressions.cpp
    void condition(const ast::Expression& expression);
    void value(const ast::Expression& expression);
    void comparison(const ast::Comparison& comparison, Range range);
    std::int32_t variable(std::string_view text, Range range);  // index; -1: an error was reported
    Value literal_value(const ast::Literal& literal);

    std::size_t emit(Op op, Range range, std::int32_t operand = 0, Use use = Use::Statement);
    void jump_here(std::size_t instruction) { program_->code_[instruction].operand = here(); }
    std::int32_t here() const { return static_cast<std::int32_t>(program_->code_.size()); }

    const ast::Script& script_;
    const CompileContext& context_;
    Diagnostics& diagnostics_;
    const Sources& sources_;
    std::shared_ptr<CompiledProgram> program_;
    RouteTypes types_;
    const ast::Route* route_ = nullptr;             // the one being compiled
    std::vector<std::vector<std::size_t>> breaks_;  // of the switches and loops around: jumps to their end
};

}  // namespace junctor::script
