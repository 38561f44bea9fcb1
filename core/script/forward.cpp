#include "core/script/forward.h"

#include <fmt/format.h>

#include "core/base/core_statistics.h"
#include "core/base/log.h"
#include "core/sip/write.h"
#include "core/transaction/branch_id.h"
#include "core/transport/blacklist.h"
#include "core/transport/find_socket.h"

namespace junctor::script
{
namespace
{

Result<transport::NextHop> next_hop_of(Message& message)
{
    const std::string& destination = message.target().destination_uri;
    if (destination.empty()) {
        const sip::Uri* uri = message.parsed_uri();
        if (!uri) return fail(400, "the Request-URI does not parse");
        return transport::NextHop::from(*uri);
    }
    const auto uri = sip::Uri::parse(destination);
    if (!uri) return fail(uri.error());
    return transport::NextHop::from(*uri);
}

Task<Result<std::vector<transport::Destination>>> destinations_of(Message& message, transport::NextHop hop)
{
    transport::Resolver& resolver = message.environment().resolver;
    if (const auto literal = resolver.literal(hop)) co_return std::vector{*literal};
    co_return co_await resolver.resolve(std::move(hop));
}

Failure failure_of(const Error& error)
{
    return error.status == 473 ? Failure::Filtered : Failure::SendFailed;
}

Result<void> send_unless_blocked(Message& message, const transport::Destination& to, std::string_view bytes)
{
    const transport::Blacklists* blacklists = message.environment().blacklists;
    if (blacklists && blacklists->forbids(to, bytes, message.blacklists)) {
        return fail(473, fmt::format("{} is on a blacklist", to.remote.text()));
    }
    return message.environment().transport.send(to, bytes);
}

// A destination that cannot be sent to gives way to the next, and is passed over for a while.
void remember_failed(Message& message, const transport::Destination& to, const Error& error)
{
    transport::Blacklists* blacklists = message.environment().blacklists;
    if (blacklists && error.status != 473) blacklists->add_failed(to);
}

Result<void> send_forwarded(Message& message, const transport::Destination& to, std::string_view branch)
{
    transport::Transport& transport = message.environment().transport;
    const transport::ListenSocket* socket = transport.socket_for(to);
    if (!socket) return fail("we do not listen on a socket that can send there");
    sip::ForwardedRequest how;
    how.uri = message.uri();
    how.edits = &message.edits;
    how.route = message.target().path;
    how.branch = branch;
    how.via_params = message.add_local_rport ? ";rport" : "";
    how.source = message.flow().remote;
    how.force_rport = message.force_rport;
    const std::string bytes = write_forwarded_request(message.sip(), how, message.send_path(*socket));
    return send_unless_blocked(message, to, bytes);
}

void count(Message& message, bool sent)
{
    CoreStatistics* statistics = message.environment().statistics;
    if (!statistics) return;
    (sent ? statistics->fwd_requests : statistics->drop_requests).add();
}

}  // namespace

Result<transport::NextHop> parse_next_hop(std::string_view text)
{
    const auto name = transport::SocketName::parse(text);
    if (!name) return fail(name.error());
    transport::NextHop hop;
    const auto colon = text.find(':');
    const bool has_protocol = colon != text.npos && protocol_from(text.substr(0, colon));
    hop.protocol = has_protocol ? name->protocol : Protocol::Any;
    hop.secure = hop.protocol == Protocol::Tls;
    hop.host = name->host;
    if (!text.ends_with(name->host)) hop.port = name->port;
    return hop;
}

Task<Code> forward_request(Message& message, const transport::NextHop* hop)
{
    if (!message.is_request())
        co_return message.fail({500, "a reply cannot be forwarded to an address"}, Code{-1});
    const Result<transport::NextHop> next = hop ? Result<transport::NextHop>(*hop) : next_hop_of(message);
    if (!next) {
        count(message, false);
        co_return message.fail(next.error(), Code{-1}, Failure::BadUri);
    }
    const auto destinations = co_await destinations_of(message, *next);
    if (!destinations) {
        count(message, false);
        co_return message.fail(destinations.error(), Code{-1}, Failure::Unresolvable);
    }
    const std::string branch = transaction::stateless_branch(message.sip());
    Error last{500, "there is no address to send to"};
    for (transport::Destination to : *destinations) {
        to.socket = message.target().socket;
        to.received_on = message.flow().socket;
        const auto sent = send_forwarded(message, to, branch);
        if (!sent && to.remote != destinations->back().remote) remember_failed(message, to, sent.error());
        if (sent) {
            count(message, true);
            co_return Code{1};
        }
        last = sent.error();
    }
    count(message, false);
    co_return message.fail(last, Code{-1}, failure_of(last));
}

Task<Code> send_as_received(Message& message, transport::NextHop hop)
{
    const auto destinations = co_await destinations_of(message, std::move(hop));
    if (!destinations) co_return message.fail(destinations.error(), Code{-1}, Failure::Unresolvable);
    Error last{500, "there is no address to send to"};
    for (transport::Destination to : *destinations) {
        to.socket = message.target().socket;
        to.received_on = message.flow().socket;
        const auto sent = send_unless_blocked(message, to, message.sip().bytes());
        if (!sent && to.remote != destinations->back().remote) remember_failed(message, to, sent.error());
        if (sent) co_return Code{1};
        last = sent.error();
    }
    co_return message.fail(last, Code{-1}, failure_of(last));
}

}  // namespace junctor::script
