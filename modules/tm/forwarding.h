// From the script's targets to what the transaction sends: Request-URI and appended branches, each through
// the branch_route if one is armed.
#pragma once

#include <optional>

#include "core/runtime/task.h"
#include "core/script/message.h"
#include "modules/tm/arguments.h"
#include "modules/tm/script_user.h"

namespace junctor::tm
{

struct RelayOptions {
    RelayFlags flags;
    std::optional<transport::NextHop> destination;  // instead of $du and the Request-URI
    bool as_stored = false;                         // nothing ran since the transaction stored its request
};

struct ForwardOutcome {
    unsigned sent = 0;
    script::Failure failure = script::Failure::None;  // if nothing was sent
};

// First fork: the Request-URI and all branches; later ones: the branches alone. The branches are taken off
// the message.
Task<ForwardOutcome> forward(script::Message& message, transaction::Transaction& transaction,
                             ScriptUser& user, RelayOptions options);

// For each branch of `invite` that is pending: header lines that the branch_route put into the CANCEL.
Task<std::map<unsigned, std::string>> cancel_headers(script::Message& cancel,
                                                     transaction::Transaction& invite, ScriptUser& user,
                                                     std::string route);

}  // namespace junctor::tm
