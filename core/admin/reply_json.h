// MI reply trees as JSON and back: the mapping that json_rpc.h documents.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/module/mi.h"

namespace junctor::admin
{

nlohmann::ordered_json nodes_to_json(const std::vector<mi::Node>& nodes);
// An error: the text is no tree of nodes, or nests deeper than 32 levels.
Result<std::vector<mi::Node>> nodes_from_json(const nlohmann::ordered_json& json);

}  // namespace junctor::admin
