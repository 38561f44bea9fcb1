// MI: OpenSER's management interface as data: a command, its arguments, and the tree that answers.
//
// Transports (the FIFO, JSON-RPC) print and parse it; commands see only this (management-interface.md, part
// 1).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/runtime/task.h"

namespace junctor::mi
{

struct Node {
    std::string name;   // empty: unnamed
    std::string value;  // may be empty
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<Node> children;

    Node& add(std::string child_name, std::string child_value = {})
    {
        return children.emplace_back(Node{std::move(child_name), std::move(child_value), {}, {}});
    }
    Node& with(std::string attribute, std::string attribute_value)
    {
        attributes.emplace_back(std::move(attribute), std::move(attribute_value));
        return *this;
    }
};

struct Reply {
    int code = 200;
    std::string reason = "OK";
    std::vector<Node> nodes;

    Node& add(std::string name, std::string value = {})
    {
        return nodes.emplace_back(Node{std::move(name), std::move(value), {}, {}});
    }
    static Reply ok() { return {}; }
    static Reply error(int code, std::string reason) { return Reply{code, std::move(reason), {}}; }
    static Reply bad_count() { return error(400, "Too few or too many arguments"); }
};

struct Request {
    std::string command;
    std::vector<std::string> arguments;  // by position; names that a client gave are ignored, as in OpenSER
    // For commands that report progress (t_uac_dlg): called for each provisional result; may be empty.
    std::function<void(const Reply&)> progress;
};

struct Command {
    std::string name;
    std::string help;                         // arguments and effect, one sentence
    bool takes_input = true;                  // false: arguments are discarded unread
    std::function<Task<Reply>(Request)> run;  // on the server's main loop
};

}  // namespace junctor::mi
