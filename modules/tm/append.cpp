#include "modules/tm/append.h"

#include "core/base/ascii.h"

namespace junctor::tm
{

constexpr std::size_t max_text = 4096;

std::string_view AppendLists::name_of(std::string_view definition)
{
    return trim(definition.substr(0, definition.find(':')));
}

Result<void> AppendLists::add(std::string_view definition, script::VariableRegistry& variables)
{
    const std::size_t colon = definition.find(':');
    const std::string_view name = name_of(definition);
    if (colon == std::string_view::npos || name.empty())
        return fail("write name:element;element..., not \"" + std::string(definition) + "\"");
    if (lists_.contains(name)) return fail("a second list of the name " + std::string(name));
    List list;
    std::string_view rest = definition.substr(colon + 1);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(';'), rest.size());
        const std::string_view element = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (element.empty()) continue;
        if (element == "$rb") {
            list.body = true;
            continue;
        }
        const std::size_t equals = element.find('=');
        const std::string_view label = trim(element.substr(0, equals));
        if (equals == std::string_view::npos || label.empty())
            return fail("an element is name=$variable or $rb, not \"" + std::string(element) + "\"");
        auto value = variables.parse(trim(element.substr(equals + 1)));
        if (!value) return fail(value.error());
        list.elements.push_back({std::string(label), std::move(*value)});
    }
    lists_.emplace(name, std::move(list));
    return {};
}

Result<AppendLists::Lines> AppendLists::expand(std::string_view name, script::Message& message) const
{
    const auto found = lists_.find(name);
    if (found == lists_.end()) return fail("there is no tw_append list " + std::string(name));
    Lines lines;
    lines.body = found->second.body;
    for (const Element& element : found->second.elements) {
        const script::Value value = element.value->get(message);
        if (!value.is_present()) continue;
        ((lines.text += element.name) += ": ") += value.text();
        lines.text += '\n';
        if (lines.text.size() > max_text) return fail("the lines of tw_append exceed 4096 bytes");
    }
    return lines;
}

}  // namespace junctor::tm
