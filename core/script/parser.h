// From tokens to the syntax tree, by recursive descent: each grammar rule is the comment above the function
// that reads it. A superset of OpenSER 1.2's grammar: what 1.2 rejected but can mean only one thing is
// accepted (a ';' too many at the top level, numbers and words as arguments, named routes); what could mean
// two is an error that says how to write either. After an error the parser goes on with the next statement or
// top-level item, so that one run finds them all.
//
// Limits: 100 nested expressions, 100 nested blocks, 16 arguments a call.
#pragma once

#include "core/script/ast.h"
#include "core/script/diagnostics.h"
#include "core/script/token.h"

namespace junctor::script
{

ast::Script parse(const std::vector<Token>& tokens, const Sources& sources, Diagnostics& diagnostics);

}  // namespace junctor::script
