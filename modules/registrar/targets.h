// Bindings as the target set of a request: RFC 3261 §16.5.
#pragma once

#include <span>

#include "core/script/message.h"
#include "modules/registrar/settings.h"
#include "modules/usrloc/usrloc.h"

namespace junctor::registrar
{

enum class Found : std::uint8_t { Targets, NoContact, NoContactForMethod };

// The first valid binding becomes the Request-URI and its way there, each further one a branch.
Found to_targets(script::Message& message, std::span<const usrloc::BindingPtr> bindings, std::int64_t now,
                 const Settings& settings);

}  // namespace junctor::registrar
