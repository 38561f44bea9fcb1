// Words with a meaning of their own in the routing script, commands of the core aside (command_table.h).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/script/ast.h"

namespace junctor::script
{

// The left side of a comparison: method, uri, src_ip ...
std::optional<ast::Subject> subject_of(std::string_view word);
std::optional<ast::RouteKind> route_kind_of(std::string_view word);

// For suggestions: what may begin a statement (besides functions of modules) or a top-level item (besides
// parameters).
std::vector<std::string_view> statement_words();
std::vector<std::string_view> top_level_words();

}  // namespace junctor::script
