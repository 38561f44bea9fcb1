// From text to tokens, include_file and environment variables included.
//
// Beyond OpenSER 1.2, each marked so in docs: `include_file "path"` anywhere between tokens; `//` comments;
// "${env:NAME}" and "${env:NAME:-default}" in double-quoted strings (no 1.2 format may hold "${", and $${...}
// stays as it is); a variable's name may contain and, or, not. Where 1.2 misreads silently, this reports:
// unknown characters, and junk behind a variable's name ($ru{s.len}).
#pragma once

#include <vector>

#include "core/script/diagnostics.h"
#include "core/script/source.h"
#include "core/script/token.h"

namespace junctor::script
{

// All tokens of `file` and of what it includes; the last is End. Problems go to `diagnostics`, and the tokens
// go on.
std::vector<Token> lex(Sources& sources, FileId file, Diagnostics& diagnostics);

}  // namespace junctor::script
