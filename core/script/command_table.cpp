#include "core/script/command_table.h"

#include <array>

namespace junctor::script
{
namespace
{

using enum CommandId;

constexpr std::array names{
    CommandName{"route", Route, "r"},
    CommandName{"return", Return, "|i", true},
    CommandName{"exit", Exit, "", true},
    CommandName{"drop", Drop, "", true},
    CommandName{"log", Log, "s|is"},
    CommandName{"error", Error, "ss"},
    CommandName{"forward", Forward, "|a|aa|an"},  // two: (uri:host, uri:port) and (host, port) of SER
    CommandName{"send", Send, "a"},
    CommandName{"rewriteuri", RewriteUri, "s"},
    CommandName{"seturi", RewriteUri, "s"},
    CommandName{"rewritehost", RewriteHost, "s"},
    CommandName{"sethost", RewriteHost, "s"},
    CommandName{"seth", RewriteHost, "s"},
    CommandName{"rewritehostport", RewriteHostPort, "s"},
    CommandName{"sethostport", RewriteHostPort, "s"},
    CommandName{"sethp", RewriteHostPort, "s"},
    CommandName{"rewriteuser", RewriteUser, "s"},
    CommandName{"setuser", RewriteUser, "s"},
    CommandName{"setu", RewriteUser, "s"},
    CommandName{"rewriteuserpass", RewriteUserPass, "s"},
    CommandName{"setuserpass", RewriteUserPass, "s"},
    CommandName{"setup", RewriteUserPass, "s"},
    CommandName{"rewriteport", RewritePort, "s"},
    CommandName{"setport", RewritePort, "s"},
    CommandName{"setp", RewritePort, "s"},
    CommandName{"prefix", Prefix, "s"},
    CommandName{"strip", Strip, "n"},
    CommandName{"strip_tail", StripTail, "n"},
    CommandName{"revert_uri", RevertUri, "", true},
    CommandName{"append_branch", AppendBranch, "|s|ss", true},
    CommandName{"serialize_branches", SerializeBranches, "n"},
    CommandName{"next_branches", NextBranches, ""},
    CommandName{"setdsturi", SetDstUri, "s"},
    CommandName{"setduri", SetDstUri, "s"},
    CommandName{"resetdsturi", ResetDstUri, "", true},
    CommandName{"resetduri", ResetDstUri, "", true},
    CommandName{"isdsturiset", IsDstUriSet, "", true},
    CommandName{"isduriset", IsDstUriSet, "", true},
    CommandName{"setflag", SetFlag, "n"},
    CommandName{"resetflag", ResetFlag, "n"},
    CommandName{"isflagset", IsFlagSet, "n"},
    CommandName{"setsflag", SetScriptFlag, "n"},
    CommandName{"setscriptflag", SetScriptFlag, "n"},
    CommandName{"resetsflag", ResetScriptFlag, "n"},
    CommandName{"resetscriptflag", ResetScriptFlag, "n"},
    CommandName{"issflagset", IsScriptFlagSet, "n"},
    CommandName{"isscriptflagset", IsScriptFlagSet, "n"},
    CommandName{"setbflag", SetBranchFlag, "n|nn"},
    CommandName{"setbranchflag", SetBranchFlag, "n|nn"},
    CommandName{"resetbflag", ResetBranchFlag, "n|nn"},
    CommandName{"resetbranchflag", ResetBranchFlag, "n|nn"},
    CommandName{"isbflagset", IsBranchFlagSet, "n|nn"},
    CommandName{"isbranchflagset", IsBranchFlagSet, "n|nn"},
    CommandName{"force_rport", ForceRport, "", true},
    CommandName{"add_rport", ForceRport, "", true},
    CommandName{"force_local_rport", AddLocalRport, "", true},
    CommandName{"add_local_rport", AddLocalRport, "", true},
    CommandName{"force_tcp_alias", ForceTcpAlias, "|n", true},
    CommandName{"add_tcp_alias", ForceTcpAlias, "|n", true},
    CommandName{"force_send_socket", ForceSendSocket, "a"},
    CommandName{"set_advertised_address", SetAdvertisedAddress, "a"},
    CommandName{"set_advertised_port", SetAdvertisedPort, "n"},
    CommandName{"use_blacklist", UseBlacklist, "s"},
};

}  // namespace

std::span<const CommandName> command_names()
{
    return names;
}

const CommandName* find_command(std::string_view name)
{
    for (const auto& command : names) {
        if (command.name == name) return &command;
    }
    return nullptr;
}

}  // namespace junctor::script
