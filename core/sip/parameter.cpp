// Lists of parameters as uri.h declares them: lenient where the list was judged when its owner was parsed.
#include <algorithm>

#include "core/base/ascii.h"
#include "core/sip/scan.h"
#include "core/sip/uri.h"

namespace junctor::sip
{

std::optional<Parameter> next_parameter(std::string_view& list, char separator)
{
    while (!list.empty() && (is_space(list.front()) || list.front() == separator)) list.remove_prefix(1);
    if (list.empty()) return {};

    std::size_t equals = std::string_view::npos;
    std::size_t end = 0;
    while (end < list.size() && list[end] != separator) {
        if (list[end] == '"') {
            const std::size_t quoted = scan::quoted_length(list.substr(end));
            end = quoted == 0 ? list.size() : end + quoted;
            continue;
        }
        if (list[end] == '=' && equals == std::string_view::npos) equals = end;
        ++end;
    }
    Parameter parameter;
    parameter.has_value = equals != std::string_view::npos;
    parameter.name = trim(list.substr(0, std::min(equals, end)));
    if (parameter.has_value) parameter.value = trim(list.substr(equals + 1, end - equals - 1));
    list.remove_prefix(end);
    return parameter;
}

std::optional<Parameter> find_parameter(std::string_view list, std::string_view name, char separator)
{
    while (auto parameter = next_parameter(list, separator))
        if (iequals(parameter->name, name)) return parameter;
    return {};
}

}  // namespace junctor::sip
