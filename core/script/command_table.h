// The commands of the core (core.md, section 3): their names, what they are called with, and where
// parentheses may be left out. What they do is in command_*.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace junctor::script
{

enum class CommandId : std::uint8_t {
    // carried out by the interpreter itself
    Route,
    Return,
    Exit,
    Drop,
    // logging and sending
    Log,
    Error,
    Forward,
    Send,
    // Request-URI
    RewriteUri,
    RewriteHost,
    RewriteHostPort,
    RewriteUser,
    RewriteUserPass,
    RewritePort,
    Prefix,
    Strip,
    StripTail,
    RevertUri,
    // destination set and next hop
    AppendBranch,
    SerializeBranches,
    NextBranches,
    SetDstUri,
    ResetDstUri,
    IsDstUriSet,
    // flags
    SetFlag,
    ResetFlag,
    IsFlagSet,
    SetScriptFlag,
    ResetScriptFlag,
    IsScriptFlagSet,
    SetBranchFlag,
    ResetBranchFlag,
    IsBranchFlagSet,
    // how this message is sent and answered
    ForceRport,
    AddLocalRport,
    ForceTcpAlias,
    ForceSendSocket,
    SetAdvertisedAddress,
    SetAdvertisedPort,
    UseBlacklist,
};

struct CommandName {
    std::string_view name;
    CommandId id;
    // Argument lists that are accepted, separated by '|', a letter an argument:
    // s string, n number, i signed number, a address [proto:]host[:port], r route.
    std::string_view signatures;
    bool bare = false;  // also without parentheses
};

std::span<const CommandName> command_names();
const CommandName* find_command(std::string_view name);  // null: none of the core

}  // namespace junctor::script
