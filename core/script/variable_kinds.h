// The variables that take a name of the script's choice: $hdr(...), $var(...), $avp(...), and a transformed
// variable. Private to core/script.
#pragma once

#include <variant>
#include <vector>

#include "core/script/transformation.h"
#include "core/script/variable.h"
#include "core/script/variable_parser.h"

namespace junctor::script
{

// A header of the message as received; one item is one line. The name may come from a variable.
VariablePtr make_header_variable(std::variant<std::string, VariablePtr> name, ValueIndex index);

VariablePtr make_script_variable(std::string name);

// `name` as a variable: an integer is an AVP's number, a string its name.
VariablePtr make_avp_variable(std::variant<AvpSpec, VariablePtr> name, ValueIndex index);

VariablePtr make_transformed_variable(VariablePtr inner, std::vector<Transformation> transformations);

VariablePtr make_text_variable(std::string text);  // $$

}  // namespace junctor::script
