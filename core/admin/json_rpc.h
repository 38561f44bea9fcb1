// JSON-RPC 2.0 (jsonrpc.org/specification) onto MI commands: the method is the command, params its arguments.
//
//     --> {"jsonrpc":"2.0","id":1,"method":"ul_show_contact","params":["location","alice"]}
//     <-- {"jsonrpc":"2.0","id":1,"result":{"code":200,"reason":"OK","nodes":[
//             {"name":"Contact","value":"sip:alice@192.0.2.1","attributes":{"Q":"1.00"},"children":[...]}]}}
//     <-- {"jsonrpc":"2.0","id":1,"error":{"code":404,"message":"AOR not found"}}
//
// params: an array of strings, numbers and booleans, by position as MI wants them (an object is refused: MI
// has no names). In a node, what is empty is left out; values are text always. A reply of code 300 or more is
// an error with that code and, if it has nodes, {"data":{"nodes":[...]}}. Bytes that are not UTF-8 become
// U+FFFD. Only final replies are transmitted. Main loop only; no exception leaves.
#pragma once

#include <cstddef>
#include <string>

#include "core/module/mi.h"
#include "core/module/registry.h"
#include "core/runtime/task.h"

namespace junctor::admin::json_rpc
{

struct Limits {
    std::size_t request = 1 << 20;  // bytes of a request or a whole batch
    std::size_t depth = 16;         // nested arrays and objects of a request
    std::size_t batch = 256;        // requests in a batch
    std::size_t reply = 256 << 20;  // bytes of an answer: a million AoRs, brief; more: `too_large`
};

constexpr int parse_error = -32700, invalid_request = -32600, method_not_found = -32601,
              invalid_params = -32602, too_large = -32000;

// The answer, one line without its end; empty: nothing to answer (notifications). Requests of a batch run one
// after another. `commands` outlives the task.
Task<std::string> answer(std::string request, const Registry& commands, Limits limits = {});

// An error that belongs to no request (id null).
std::string error_line(int code, std::string message);

}  // namespace junctor::admin::json_rpc
