#include "core/script/route_types.h"

#include "core/script/keywords.h"

namespace junctor::script
{
namespace
{

// Walks everything that a block holds. The tree's depth is bounded by the parser.
class Walk
{
public:
    std::vector<std::string> found;

    void operator()(const ast::Block& block)
    {
        for (const auto& statement : block.statements) visit(statement);
    }
    void operator()(const ast::Call& call)
    {
        if (call.name.text == "route" && call.arguments.size() == 1)
            found.push_back(route_name(call.arguments[0]));
    }
    void operator()(const ast::Assignment& assignment) { visit(assignment.value); }
    void operator()(const ast::If& statement)
    {
        for (const auto& arm : statement.arms) {
            visit(arm.condition);
            (*this)(arm.body);
        }
        if (statement.otherwise) (*this)(*statement.otherwise);
    }
    void operator()(const ast::While& statement)
    {
        visit(statement.condition);
        (*this)(statement.body);
    }
    void operator()(const ast::Switch& statement)
    {
        for (const auto& item : statement.cases) (*this)(item.body);
        if (statement.otherwise) (*this)(*statement.otherwise);
    }
    void operator()(const ast::Break&) {}
    void operator()(const ast::Literal&) {}
    void operator()(const ast::Comparison&) {}
    void operator()(const ast::Logical& chain) { walk_chain(chain); }
    void operator()(const ast::Arithmetic& chain) { walk_chain(chain); }
    void operator()(const ast::Not& negated) { visit(negated.operand); }
    void operator()(const ast::Complement& inverted) { visit(inverted.operand); }
    void operator()(const ast::ValueTest& tested) { visit(tested.value); }
    void operator()(const ast::StatementTest& tested) { visit(*tested.statement); }

private:
    void visit(const ast::Statement& statement) { std::visit(*this, statement.node); }
    void visit(const ast::ExpressionPtr& expression)
    {
        if (expression) std::visit(*this, expression->node);
    }
    template <class Chain>
    void walk_chain(const Chain& chain)
    {
        visit(chain.first);
        for (const auto& part : chain.rest) visit(part.expression);
    }
};

}  // namespace

Route route_of(ast::RouteKind kind)
{
    switch (kind) {
        case ast::RouteKind::Request: return Route::Request;
        case ast::RouteKind::OnReply: return Route::OnReply;
        case ast::RouteKind::Failure: return Route::Failure;
        case ast::RouteKind::Branch: return Route::Branch;
        case ast::RouteKind::Error: return Route::Error;
    }
    return Route::Request;
}

std::string route_name(const ast::Literal& argument)
{
    return argument.kind == ast::Literal::Kind::Number ? std::to_string(argument.number) : argument.text;
}

std::vector<std::string> called_routes(const ast::Block& block)
{
    Walk walk;
    walk(block);
    return std::move(walk.found);
}

RouteTypes::RouteTypes(const ast::Script& script)
{
    struct Caller {
        bool is_subroutine;
        std::string name;
        RouteMask mask;
        std::vector<std::string> calls;
    };
    std::vector<Caller> callers;
    for (const auto& route : script.routes) {
        const bool subroutine = route.kind == ast::RouteKind::Request && route.name != "0";
        const auto own = static_cast<RouteMask>(route_of(route.kind));
        callers.push_back(
            {subroutine, route.name, subroutine ? RouteMask{0} : own, called_routes(route.body)});
        if (subroutine) masks_[route.name] = 0;
    }
    // Each round hands the callers' kinds on; there are as many rounds as routes at most, since kinds are
    // only added.
    bool changed = true;
    while (changed) {
        changed = false;
        for (auto& caller : callers) {
            if (caller.is_subroutine) caller.mask = masks_[caller.name];
            for (const auto& name : caller.calls) {
                const auto found = masks_.find(name);
                if (found == masks_.end() || (found->second | caller.mask) == found->second) continue;
                found->second = static_cast<RouteMask>(found->second | caller.mask);
                changed = true;
            }
        }
    }
}

RouteMask RouteTypes::of(const ast::Route& route) const
{
    if (route.kind == ast::RouteKind::Request) {
        const auto found = masks_.find(route.name);
        if (found != masks_.end() && found->second != 0) return found->second;
    }
    return static_cast<RouteMask>(route_of(route.kind));
}

std::string list_of(RouteMask mask)
{
    std::string out;
    for (const auto route : {Route::Request, Route::Failure, Route::OnReply, Route::Branch, Route::Error}) {
        if (!includes(mask, route)) continue;
        if (!out.empty()) out += ", ";
        out += to_text(route);
    }
    return out;
}

}  // namespace junctor::script
