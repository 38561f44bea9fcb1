// What other modules see of rr: the parameters that this proxy leaves in its Record-Route and finds again in
// the Route of later requests of the dialog.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/script/message.h"

namespace junctor::rr
{

// Of an in-dialog request: downstream goes the way that the dialog's first request went.
enum class Direction : std::uint8_t { Downstream = 1, Upstream = 2 };

class RecordRouting
{
public:
    virtual ~RecordRouting() = default;

    // Puts ";name=value" into the Record-Route that this message has got or will get. False: too long, or the
    // header is one of record_route_preset().
    virtual bool add_param(script::Message& message, std::string_view param) = 0;

    // What loose_route() found in the URI of ours that it took from this message, from the leading ';'.
    // Empty: it took none. Valid as long as the message.
    virtual std::string_view routed_params(script::Message& message) const = 0;
    // One of them: quotes removed, empty without a value. No value: no such parameter.
    virtual std::optional<std::string_view> routed_param(script::Message& message,
                                                         std::string_view name) const = 0;
    virtual Direction direction(script::Message& message) const = 0;

    // Called after loose_route() has taken a URI of ours and set the destination (which a callback may
    // change), the newest first, on the message's worker. Register in start().
    using LooseRouted = std::function<void(script::Message&, std::string_view params)>;
    virtual void on_loose_route(LooseRouted callback) = 0;
};

}  // namespace junctor::rr
