#include "core/script/compiled_program.h"

namespace junctor::script
{
namespace
{

ast::RouteKind kind_of(Route route)
{
    switch (route) {
        case Route::Request: return ast::RouteKind::Request;
        case Route::Failure: return ast::RouteKind::Failure;
        case Route::OnReply: return ast::RouteKind::OnReply;
        case Route::Branch: return ast::RouteKind::Branch;
        case Route::Error: return ast::RouteKind::Error;
    }
    return ast::RouteKind::Request;
}

}  // namespace

const CompiledRoute* CompiledProgram::find(junctor::script::Route kind, unsigned number) const
{
    const ast::RouteKind wanted = kind_of(kind);
    for (const auto& route : routes_) {
        if (route.kind == wanted && route.number == number) return &route;
    }
    return nullptr;
}

std::optional<unsigned> CompiledProgram::route_number(junctor::script::Route kind,
                                                      std::string_view name) const
{
    const ast::RouteKind wanted = kind_of(kind);
    for (const auto& route : routes_) {
        if (route.kind == wanted && route.name == name) return route.number;
    }
    return std::nullopt;
}

}  // namespace junctor::script
