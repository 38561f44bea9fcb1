// What the functions of tm take as arguments.
#pragma once

#include <optional>
#include <string>

#include "core/script/function.h"
#include "core/transport/resolver.h"

namespace junctor::tm
{

// t_relay(flags)
struct RelayFlags {
    unsigned value = 0;
    bool no_trying() const { return (value & 1) != 0; }
    bool no_error_reply() const { return (value & 2) != 0; }
    bool no_failover() const { return (value & 4) != 0; }
};

// t_relay("udp:192.0.2.1:5060")
struct RelayDestination {
    transport::NextHop hop;
};

// t_relay(x): a number is flags, anything else a destination.
struct FlagsOrDestination {
    RelayFlags flags;
    std::optional<RelayDestination> destination;
};

// t_replicate(uri)
struct ReplicaUri {
    std::string uri;
};

// t_on_failure("1"), t_on_failure("voicemail"); empty: disarm ("0").
struct RouteName {
    std::string name;
};

// t_reply(code)
struct ReplyCode {
    int value = 0;
};

// t_local_replied(which)
enum class Which { All, Branch, Last };

}  // namespace junctor::tm

namespace junctor::script
{

template <>
struct ArgumentType<tm::RelayFlags> {
    static Result<tm::RelayFlags> parse(const Argument& argument, BindContext& context);
};
template <>
struct ArgumentType<tm::RelayDestination> {
    static Result<tm::RelayDestination> parse(const Argument& argument, BindContext& context);
};
template <>
struct ArgumentType<tm::FlagsOrDestination> {
    static Result<tm::FlagsOrDestination> parse(const Argument& argument, BindContext& context);
};
template <>
struct ArgumentType<tm::ReplicaUri> {
    static Result<tm::ReplicaUri> parse(const Argument& argument, BindContext& context);
};
template <>
struct ArgumentType<tm::RouteName> {
    static Result<tm::RouteName> parse(const Argument& argument, BindContext& context);
};
template <>
struct ArgumentType<tm::ReplyCode> {
    static Result<tm::ReplyCode> parse(const Argument& argument, BindContext& context);
};
template <>
struct ArgumentType<tm::Which> {
    static Result<tm::Which> parse(const Argument& argument, BindContext& context);
};

}  // namespace junctor::script
