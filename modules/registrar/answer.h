// What the answer to a REGISTER carries: RFC 3261 §10.3 step 8, RFC 3327 §5.3. Whole header lines.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "modules/registrar/refusal.h"
#include "modules/registrar/settings.h"
#include "modules/usrloc/usrloc.h"

namespace junctor::registrar
{

// All valid bindings in one Contact line; empty: there is none.
std::string contact_line(std::span<const usrloc::BindingPtr> bindings, std::int64_t now,
                         const Settings& settings);

// What a refusal adds: P-Registrar-Error, Retry-After, Min-Expires, Unsupported.
std::string refusal_lines(Refusal refusal, const Settings& settings);

}  // namespace junctor::registrar
