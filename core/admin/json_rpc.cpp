#include "core/admin/json_rpc.h"

#include <nlohmann/json.hpp>

#include "core/admin/reply_json.h"

namespace junctor::admin::json_rpc
{
namespace
{

using Json = nlohmann::ordered_json;  // members in the order of the specification's examples

std::string to_line(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json error_of(const Json& id, int code, std::string message)
{
    return {{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", std::move(message)}}}};
}

Json response_of(const Json& id, const mi::Reply& reply)
{
    if (reply.code >= 300) {
        Json response = error_of(id, reply.code, reply.reason);
        if (!reply.nodes.empty()) response["error"]["data"] = {{"nodes", nodes_to_json<Json>(reply.nodes)}};
        return response;
    }
    return {{"jsonrpc", "2.0"},
            {"id", id},
            {"result",
             {{"code", reply.code}, {"reason", reply.reason}, {"nodes", nodes_to_json<Json>(reply.nodes)}}}};
}

// Text of one argument, or nothing if it has no form in MI.
std::optional<std::string> argument_text(const Json& value)
{
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
    if (value.is_number()) return value.dump();
    return {};
}

bool is_valid(const Json& request)
{
    if (!request.is_object()) return false;
    const auto version = request.find("jsonrpc");
    const auto method = request.find("method");
    const auto id = request.find("id");
    const auto params = request.find("params");
    return version != request.end() && *version == "2.0" && method != request.end() && method->is_string() &&
           (id == request.end() || id->is_string() || id->is_number() || id->is_null()) &&
           (params == request.end() || params->is_structured());
}

// The response, or null for a notification: a request without id is never answered, not even with an error.
Task<Json> respond(Json request, const Registry& commands)
{
    if (!is_valid(request)) {
        const bool has_id = request.is_object() && request.contains("id") && request["id"].is_primitive() &&
                            !request["id"].is_boolean();
        co_return error_of(has_id ? request["id"] : Json(nullptr), invalid_request, "Invalid Request");
    }
    const bool notification = !request.contains("id");
    const Json id = notification ? Json(nullptr) : request["id"];
    const auto refuse = [&](int code, const char* text) {
        return notification ? Json(nullptr) : error_of(id, code, text);
    };

    mi::Request call;
    call.command = request["method"].get<std::string>();
    const mi::Command* command = commands.find_command(call.command);
    if (command == nullptr) co_return refuse(method_not_found, "Method not found");
    if (request.contains("params") && command->takes_input) {
        const Json& params = request["params"];
        if (params.is_object() && !params.empty())
            co_return refuse(invalid_params, "Invalid params: give an array");
        for (const Json& value : params) {
            auto text = argument_text(value);
            if (!text) co_return refuse(invalid_params, "Invalid params: strings, numbers or booleans only");
            call.arguments.push_back(std::move(*text));
        }
    }
    const mi::Reply reply = co_await command->run(std::move(call));
    co_return notification ? Json(nullptr) : response_of(id, reply);
}

// Null if it is no JSON, nests deeper than the limit or is larger.
std::optional<Json> parse(const std::string& text, const Limits& limits)
{
    bool too_deep = false;
    const auto watch = [&](int depth, Json::parse_event_t, Json&) {
        if (depth >= 0 && static_cast<std::size_t>(depth) > limits.depth) too_deep = true;
        return !too_deep;
    };
    Json json = Json::parse(text, watch, false);
    if (too_deep || json.is_discarded()) return {};
    return json;
}

}  // namespace

std::string error_line(int code, std::string message)
{
    return to_line(error_of(nullptr, code, std::move(message)));
}

Task<std::string> answer(std::string request, const Registry& commands, Limits limits)
{
    if (request.size() > limits.request) co_return error_line(too_large, "the request is too large");
    auto json = parse(request, limits);
    if (!json) co_return error_line(parse_error, "Parse error");

    std::string line;
    if (!json->is_array()) {
        const Json response = co_await respond(std::move(*json), commands);
        if (!response.is_null()) line = to_line(response);
    } else {
        if (json->empty()) co_return error_line(invalid_request, "Invalid Request");
        if (json->size() > limits.batch) co_return error_line(too_large, "the batch is too large");
        for (Json& one : *json) {
            const Json response = co_await respond(std::move(one), commands);
            if (response.is_null()) continue;
            (line += line.empty() ? '[' : ',') += to_line(response);
            if (line.size() > limits.reply) break;
        }
        if (!line.empty()) line += ']';
    }
    if (line.size() > limits.reply) {
        co_return error_line(too_large, "the reply is larger than " + std::to_string(limits.reply) +
                                            " bytes: ask for one entry, or briefly if the command can");
    }
    co_return line;
}

}  // namespace junctor::admin::json_rpc
