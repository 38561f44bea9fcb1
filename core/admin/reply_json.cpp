#include "core/admin/reply_json.h"

#include <nlohmann/json.hpp>

namespace junctor::admin
{
namespace
{

using Json = nlohmann::ordered_json;
constexpr int max_depth = 32;

bool read_text(const Json& object, const char* member, std::string& out)
{
    const auto found = object.find(member);
    if (found == object.end()) return true;
    if (!found->is_string()) return false;
    out = found->get<std::string>();
    return true;
}

bool read_nodes(const Json& json, std::vector<mi::Node>& nodes, int depth)
{
    if (!json.is_array() || depth > max_depth) return false;
    for (const Json& object : json) {
        if (!object.is_object()) return false;
        mi::Node& node = nodes.emplace_back();
        if (!read_text(object, "name", node.name) || !read_text(object, "value", node.value)) return false;
        if (const auto attributes = object.find("attributes"); attributes != object.end()) {
            for (const auto& [name, value] : attributes->items()) {
                if (!value.is_string()) return false;
                node.with(name, value.get<std::string>());
            }
        }
        const auto children = object.find("children");
        if (children != object.end() && !read_nodes(*children, node.children, depth + 1)) return false;
    }
    return true;
}

}  // namespace

Json nodes_to_json(const std::vector<mi::Node>& nodes)
{
    Json array = Json::array();
    for (const mi::Node& node : nodes) {
        Json object = Json::object();
        if (!node.name.empty()) object["name"] = node.name;
        if (!node.value.empty()) object["value"] = node.value;
        if (!node.attributes.empty()) {
            Json& attributes = object["attributes"] = Json::object();
            for (const auto& [name, value] : node.attributes) attributes[name] = value;
        }
        if (!node.children.empty()) object["children"] = nodes_to_json(node.children);
        array.push_back(std::move(object));
    }
    return array;
}

Result<std::vector<mi::Node>> nodes_from_json(const Json& json)
{
    std::vector<mi::Node> nodes;
    if (!read_nodes(json, nodes, 0)) return fail("the reply is no tree of nodes");
    return nodes;
}

}  // namespace junctor::admin
