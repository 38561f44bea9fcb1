// A proxy without a script, on a simulated network: what the transaction layer is tested with.
//
// Alice's requests come from `alice` and are handed to `on_request`; by default it forks to `targets`.
// Everything that peers get can be asked for by peer.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/sip/write.h"
#include "core/transaction/layer.h"
#include "core/transport/local_name.h"
#include "core/transport/resolver.h"
#include "core/transport/simulated_dns.h"
#include "core/transport/simulated_network.h"

namespace junctor::transaction::test
{

using namespace std::chrono_literals;

inline Endpoint at(const std::string& text)
{
    return *Endpoint::parse(text);
}

const Endpoint server = at("192.0.2.1:5060");
const Endpoint alice = at("198.51.100.7:5060");
const Endpoint bob = at("203.0.113.1:5060");
const Endpoint carol = at("203.0.113.2:5060");
const Endpoint dave = at("203.0.113.3:5060");

struct RequestText {
    std::string method = "INVITE", uri = "sip:bob@example.test", branch = "z9hG4bKalice1", call_id = "call-1";
    std::string from_tag = "a1", to_tag, via_host = "198.51.100.7", headers;
    int cseq = 1;
    std::string text() const
    {
        const std::string cseq_method = method;
        return method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP " + via_host + ";branch=" + branch +
               "\r\nFrom: <sip:alice@example.test>;tag=" + from_tag + "\r\nTo: <sip:bob@example.test>" +
               (to_tag.empty() ? "" : ";tag=" + to_tag) + "\r\nCall-ID: " + call_id +
               "\r\nCSeq: " + std::to_string(cseq) + " " + cseq_method + "\r\nMax-Forwards: 70\r\n" +
               headers + "Content-Length: 0\r\n\r\n";
    }
};

// The answer of a user agent to a request that it received.
inline std::string answer(const std::string& request, int status, const std::string& to_tag = "callee",
                          const std::string& headers = "Contact: <sip:bob@203.0.113.1>\r\n")
{
    const auto message = sip::Message::parse(request);
    REQUIRE(message);
    sip::Reply reply;
    reply.status = status;
    reply.reason = sip::reason_phrase(status);
    reply.to_tag = to_tag;
    reply.headers = headers;
    return sip::write_reply(**message, reply);
}

inline sip::MessagePtr parsed(const std::string& bytes)
{
    auto message = sip::Message::parse(bytes);
    REQUIRE(message);
    return *message;
}

// What happened to a transaction, in words; tests hook in where they need more.
class RecordingUser : public TransactionUser
{
public:
    explicit RecordingUser(std::vector<std::string>& log) : log_(log) {}

    Task<Verdict> on_response(Transaction& transaction, Branch& branch, Response& response) override
    {
        log_.push_back("response " + std::to_string(response.message->status()) + " on " +
                       std::to_string(branch.index()));
        return response_hook ? response_hook(transaction, branch, response) : Task<Verdict>();
    }
    Task<bool> on_failure(Transaction& transaction, Branch& winner) override
    {
        log_.push_back("failure " + std::to_string(winner.status()));
        return failure_hook ? failure_hook(transaction, winner) : Task<bool>();
    }
    void on_cancelled(Transaction&, const sip::Message&) override { log_.push_back("cancelled"); }
    void on_ack(Transaction&, const sip::Message&) override { log_.push_back("ack"); }
    void on_reply(Transaction&, const SentReply& reply) override
    {
        log_.push_back(std::string(reply.local ? "local " : "relayed ") + std::to_string(reply.status));
    }
    void on_ended(Transaction&) override { log_.push_back("ended"); }
    bool follows_answered() const override { return follows; }

    bool follows = true;
    std::function<Task<Verdict>(Transaction&, Branch&, Response&)> response_hook;
    std::function<Task<bool>(Transaction&, Branch&)> failure_hook;

private:
    std::vector<std::string>& log_;
};

class MiniProxy final : private transport::Receiver
{
public:
    explicit MiniProxy(LayerOptions options = {{1, 2}, 1000, 1 << 24, 100}, unsigned worker_index = 0)
        : worker(clock, worker_index),
          network(clock, sockets()),
          resolver(transport::make_resolver(dns, resolver_options())),
          transport(network.transport(worker, *this)),
          layer(std::make_unique<Layer>(worker, *transport, *resolver, options))
    {
        layer->on_waiting_cancel([this](sip::MessagePtr message, const transport::Flow& from) {
            log.push_back("waiting CANCEL");
            receive(message, from);
        });
        on_request = [this](const sip::MessagePtr& message, const transport::Flow& from) {
            if (message->method_id() == sip::Method::Cancel)
                cancel(message, from);
            else if (message->method_id() != sip::Method::Ack)
                relay(message, from, targets);
        };
    }

    // Creates a transaction and forks.
    std::shared_ptr<Transaction> relay(const sip::MessagePtr& message, const transport::Flow& from,
                                       const std::vector<std::string>& uris)
    {
        auto transaction = create(message, from);
        tasks.start(fork(transaction, uris));
        return transaction;
    }
    std::shared_ptr<Transaction> create(const sip::MessagePtr& message, const transport::Flow& from)
    {
        auto user = std::make_unique<RecordingUser>(log);
        user->response_hook = response_hook;
        user->failure_hook = failure_hook;
        user->follows = users_follow;
        Transaction::Origin origin;
        origin.request = message;
        origin.from = from;
        auto made = layer->create(std::move(origin), std::move(user));
        REQUIRE(made);
        if (message->method_id() == sip::Method::Invite) invite = *made;
        return *made;
    }
    BranchRequest target(const sip::MessagePtr& message, const std::string& uri)
    {
        BranchRequest request;
        request.uri = uri;
        request.next_hop = *transport::NextHop::from(*sip::Uri::parse(uri));
        request.write = [message, uri](const transport::ListenSocket& socket, std::string_view branch) {
            sip::ForwardedRequest how;
            how.uri = uri;
            how.branch = branch;
            const sip::LocalName name = transport::local_name(socket);
            return sip::write_forwarded_request(*message, how, {name, name, true});
        };
        return request;
    }
    Task<bool> fork(std::shared_ptr<Transaction> transaction, std::vector<std::string> uris)
    {
        std::vector<BranchRequest> requests;
        for (const std::string& uri : uris) requests.push_back(target(transaction->request(), uri));
        const auto sent = co_await transaction->forward(std::move(requests));
        forwarded = sent ? std::to_string(*sent) + " sent" : std::to_string(sent.error().status);
        co_return sent.has_value();
    }
    void cancel(const sip::MessagePtr& message, const transport::Flow& from)
    {
        const auto cancelled = layer->find_cancelled(*message);
        const auto transaction = create(message, from);
        if (cancelled == nullptr) {
            transaction->reply({481, {}, {}, {}, {}, {}, {}});
        } else {
            transaction->reply({200, {}, {}, {}, {}, {}, {}});
            cancelled->cancel(*message);
        }
    }

    void from_alice(const RequestText& request)
    {
        network.send_from(alice, server, request.text());
        network.settle();
    }
    void from(const Endpoint& peer, const std::string& bytes)
    {
        network.send_from(peer, server, bytes);
        network.settle();
    }
    // The oldest unread message of a peer; it must be there.
    std::string take(const Endpoint& peer)
    {
        const auto message = network.take(peer);
        REQUIRE(message.has_value());
        return message->bytes;
    }
    // First lines of everything that the peer has not read yet, "200 OK" or "INVITE sip:..."; they are read
    // then.
    std::vector<std::string> lines(const Endpoint& peer)
    {
        std::vector<std::string> out;
        while (const auto message = network.take(peer)) {
            const std::string line = message->bytes.substr(0, message->bytes.find("\r\n"));
            out.push_back(line.starts_with("SIP/2.0 ") ? line.substr(8, 3)
                                                       : line.substr(0, line.find(" SIP")));
        }
        return out;
    }
    void pass(Duration time) { network.advance(time); }

    VirtualClock clock;
    VirtualWorker worker;
    transport::SimulatedDns dns;
    transport::SimulatedNetwork network;
    std::unique_ptr<transport::Resolver> resolver;
    std::unique_ptr<transport::Transport> transport;
    std::unique_ptr<Layer> layer;
    TaskGroup tasks;
    std::vector<std::string> log;
    std::vector<std::string> targets{"sip:bob@203.0.113.1"};
    std::string forwarded;  // outcome of the latest fork()
    std::shared_ptr<Transaction> invite;
    std::function<void(const sip::MessagePtr&, const transport::Flow&)> on_request;
    std::function<Task<Verdict>(Transaction&, Branch&, Response&)> response_hook;
    std::function<Task<bool>(Transaction&, Branch&)> failure_hook;
    bool users_follow = true;  // an answered INVITE
    unsigned unmatched = 0;    // responses without a transaction

private:
    static std::vector<transport::ListenSocket> sockets()
    {
        return {{0, Protocol::Udp, "udp", server}, {1, Protocol::Tcp, "tcp", server}};
    }
    static transport::ResolverOptions resolver_options()
    {
        transport::ResolverOptions options;
        options.seed = 1;
        return options;
    }
    void receive(const sip::MessagePtr& message, const transport::Flow& from)
    {
        if (!layer->absorb_request(message, from)) on_request(message, from);
    }
    void on_message(std::string bytes, const transport::Flow& from) override
    {
        auto message = sip::Message::parse(std::move(bytes));
        REQUIRE(message);
        if ((*message)->is_request())
            receive(*message, from);
        else if (!layer->match_response({*message, from, {}, nullptr}))
            ++unmatched;
    }
    void on_broken_stream(const Error&, std::string_view, const transport::Flow&) override {}
    void on_connection_closed(std::uint64_t) override {}
};

using Lines = std::vector<std::string>;

}  // namespace junctor::transaction::test
