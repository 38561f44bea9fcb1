// tw_append: named lists of further lines for t_write_req and t_write_unix.
//
//     modparam("tm", "tw_append", "mail:user=$fU;to=$tu;$rb")
//
// An element is name=variable, printed "name: value", or $rb alone: the body goes along. Fixed once the
// server runs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/script/variable.h"

namespace junctor::tm
{

class AppendLists
{
public:
    static std::string_view name_of(std::string_view definition);  // what stands before the first ':'
    Result<void> add(std::string_view definition, script::VariableRegistry& variables);

    struct Lines {
        std::string text;  // each ended by LF
        bool body = false;
    };
    // Null values are left out. Errors: no such list, or more than 4,096 bytes.
    Result<Lines> expand(std::string_view name, script::Message& message) const;

private:
    struct Element {
        std::string name;
        script::VariablePtr value;
    };
    struct List {
        std::vector<Element> elements;
        bool body = false;
    };
    std::map<std::string, List, std::less<>> lists_;
};

}  // namespace junctor::tm
