// In which kinds of blocks does a route run? route[N] runs as part of whoever calls it, directly or through
// other routes. Part of the checker.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/script/ast.h"
#include "core/script/message.h"

namespace junctor::script
{

Route route_of(ast::RouteKind kind);

// The names of the routes that a block calls, wherever in it the call stands.
std::vector<std::string> called_routes(const ast::Block& block);

class RouteTypes
{
public:
    explicit RouteTypes(const ast::Script& script);
    // Of a block that messages enter: its own kind. Of a route[N]: those of its callers, or Request if nobody
    // calls it.
    RouteMask of(const ast::Route& route) const;

private:
    std::map<std::string, RouteMask, std::less<>> masks_;  // of route[N], by name
};

std::string list_of(RouteMask mask);  // "route, failure_route"

// The name of the route that a call of route() means; numbers in decimal.
std::string route_name(const ast::Literal& argument);

}  // namespace junctor::script
