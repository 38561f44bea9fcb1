// MI reply trees as JSON and back: the mapping that json_rpc.h documents.
//
// Templates over the JSON type (nlohmann::ordered_json), so that this header needs no JSON library.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/module/mi.h"

namespace junctor::admin
{

constexpr int max_reply_depth = 32;  // levels of a tree that is read

template <class Json>
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
        if (!node.children.empty()) object["children"] = nodes_to_json<Json>(node.children);
        array.push_back(std::move(object));
    }
    return array;
}

namespace detail
{

template <class Json>
bool read_text(const Json& object, const char* member, std::string& out)
{
    const auto found = object.find(member);
    if (found == object.end()) return true;
    if (!found->is_string()) return false;
    out = found->template get<std::string>();
    return true;
}

template <class Json>
bool read_nodes(const Json& json, std::vector<mi::Node>& nodes, int depth)
{
    if (!json.is_array() || depth > max_reply_depth) return false;
    for (const Json& object : json) {
        if (!object.is_object()) return false;
        mi::Node& node = nodes.emplace_back();
        if (!read_text(object, "name", node.name) || !read_text(object, "value", node.value)) return false;
        if (const auto attributes = object.find("attributes"); attributes != object.end()) {
            for (const auto& [name, value] : attributes->items()) {
                if (!value.is_string()) return false;
                node.with(name, value.template get<std::string>());
            }
        }
        const auto children = object.find("children");
        if (children != object.end() && !read_nodes(*children, node.children, depth + 1)) return false;
    }
    return true;
}

}  // namespace detail

// An error: it is no tree of nodes, or nests too deep.
template <class Json>
Result<std::vector<mi::Node>> nodes_from_json(const Json& json)
{
    std::vector<mi::Node> nodes;
    if (!detail::read_nodes(json, nodes, 0)) return fail("the reply is no tree of nodes");
    return nodes;
}

}  // namespace junctor::admin
