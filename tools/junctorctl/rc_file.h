// Settings files in openserctlrc's form: shell assignments, read but never executed.
//
//     # comment
//     SIP_DOMAIN=example.org
//     export OSER_FIFO="/tmp/${NAME}_fifo"    # quotes, and $NAME or ${NAME} of an earlier line
//     ACL_GROUPS='local ld int'; VERBOSE=1
//
// Of the shell there is no more: substitution of commands, conditions and other statements are reported.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace junctor::ctl
{

using Variables = std::map<std::string, std::string, std::less<>>;

// Adds to `variables`, which earlier files may have filled; a later assignment wins. Lines that are no
// assignment change nothing; each is a sentence in the answer, with its line number.
std::vector<std::string> parse_rc(std::string_view text, Variables& variables);

// Words as the shell splits them, with both kinds of quotes: STARTOPTIONS. An open quote is an error.
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace junctor::ctl
