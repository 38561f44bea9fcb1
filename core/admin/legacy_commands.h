// The commands of OpenSER's older unix datagram server (management-interface, part 4): a set and a text form
// of their own, kept for the scripts that use them. Each is carried out by the MI command of the same
// purpose, so it exists if that one does.
//
//     :command:ignored       200 OK
//     line                   text
//     headers, up to
//     .
//
// Pure: a datagram's text in, the answer's text out.
#pragma once

#include <functional>
#include <string>

#include "core/module/registry.h"
#include "core/runtime/task.h"

namespace junctor::admin::legacy
{

constexpr std::size_t max_datagram = 65535;  // bytes, of requests and answers

// The final answer, no longer than max_datagram. `progress` gets the texts of provisional results. `commands`
// outlives the task.
Task<std::string> answer(std::string request, const Registry& commands,
                         std::function<void(std::string)> progress);

}  // namespace junctor::admin::legacy
