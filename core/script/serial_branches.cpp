#include "core/script/serial_branches.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/transport/find_socket.h"

namespace junctor::script
{
namespace
{

const AvpName name{std::uint16_t{0x3434}};
constexpr std::uint8_t last_of_group = 1;  // a flag of the AVP

// One line each: URI, next hop, path, branch flags, forced socket. No part of them may hold a line end.
std::string encode(const Target& target)
{
    return target.uri + '\n' + target.destination_uri + '\n' + target.path + '\n' +
           std::to_string(target.flags) + '\n' + (target.socket ? target.socket->text() : std::string());
}

std::string next_line(std::string_view& rest)
{
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

Target decode(std::string_view text, const transport::Transport& transport)
{
    Target target;
    target.uri = next_line(text);
    target.destination_uri = next_line(text);
    target.path = next_line(text);
    target.flags = static_cast<std::uint32_t>(parse_unsigned(next_line(text), UINT32_MAX).value_or(0));
    if (const auto socket = transport::SocketName::parse(text)) {
        target.socket =
            transport::find_socket(transport.sockets(), socket->protocol, socket->host, socket->port);
    }
    target.q = 0;
    return target;
}

// The newest AVP, taken out; empty: none.
std::optional<Avp> take(AvpList& avps)
{
    const Avp* found = avps.find(name);
    if (!found || !std::holds_alternative<std::string>(found->value)) return std::nullopt;
    Avp avp = *found;
    avps.remove_first(name);
    return avp;
}

}  // namespace

bool serialize_branches(Message& message, bool clean)
{
    if (!message.is_request()) return false;
    Target own = message.target();
    own.uri = message.uri();
    const auto& others = message.branches();
    if (std::all_of(others.begin(), others.end(), [&](const Target& target) { return target.q == own.q; }))
        return true;

    std::vector<Target> all{std::move(own)};
    all.insert(all.end(), others.begin(), others.end());
    // AVPs are a stack: what shall come out first goes in last. Equal q keep their order.
    std::stable_sort(all.begin(), all.end(), [](const Target& a, const Target& b) { return a.q > b.q; });
    if (clean) message.avps().remove_all(name);
    for (std::size_t i = all.size(); i-- > 0;) {
        const bool last = i + 1 == all.size() || all[i + 1].q != all[i].q;
        message.avps().add(name, encode(all[i]), last ? last_of_group : std::uint8_t{0});
    }
    message.branches().clear();
    return true;
}

bool next_branches(Message& message)
{
    const bool failure = message.route == Route::Failure;
    if (!failure && message.route != Route::Request) {
        log_error("script", "next_branches() works in route and failure_route only");
        return false;
    }
    std::vector<Target> group;
    while (auto avp = take(message.avps())) {
        group.push_back(decode(std::get<std::string>(avp->value), message.environment().transport));
        if ((avp->flags & last_of_group) != 0) break;
    }
    if (group.empty()) return false;

    std::size_t first = 0;
    if (!failure) {  // in a failure_route the Request-URI has failed: all are further branches
        message.set_uri(group[0].uri);
        message.target() = group[0];
        first = 1;
    }
    for (std::size_t i = first; i < group.size(); ++i) {
        if (!message.append_branch(std::move(group[i]))) return false;
    }
    return true;
}

}  // namespace junctor::script
