#include "core/transaction/originate.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/sip/write.h"
#include "core/transaction/layer.h"
#include "core/transaction/own_request.h"

namespace junctor::transaction
{
namespace
{

// Turns what branches report into one outcome, and acknowledges a 2xx to an INVITE.
class Originator final : public TransactionUser
{
public:
    Originator(Layer& layer, TaskGroup& tasks, std::shared_ptr<const OwnRequest> request,
               OriginateCallbacks callbacks)
        : layer_(layer), tasks_(tasks), request_(std::move(request)), callbacks_(std::move(callbacks))
    {
    }

    Task<Verdict> on_response(Transaction& transaction, Branch& branch, Response& response) override
    {
        const int status = response.message->status();
        const Outcome outcome{status, std::string(response.message->reason()), response.message,
                              response.from};
        if (status < 200) {
            if (status > 100 && !told_ && callbacks_.on_provisional) callbacks_.on_provisional(outcome);
        } else if (status < 300) {
            if (transaction.is_invite() && request_->acknowledge()) acknowledge(branch, response);
            tell(outcome);
        }
        return {};
    }

    Task<bool> on_failure(Transaction&, Branch& winner) override
    {
        const sip::MessagePtr& response = winner.final_response();
        if (response != nullptr)
            tell({winner.status(), std::string(response->reason()), response, {}});
        else
            tell({winner.status(), std::string(sip::reason_phrase(winner.status())), nullptr, {}});
        return {};
    }

    void on_ended(Transaction&) override { tell({408, std::string(sip::reason_phrase(408)), nullptr, {}}); }

    void adjust(Transaction&, Timings& timings) override
    {
        if (request_->timings()) timings = *request_->timings();
    }

    void tell(Outcome outcome)
    {
        if (told_) return;
        told_ = true;
        if (callbacks_.on_final) callbacks_.on_final(outcome);
    }

private:
    struct Ack {
        std::string tag;  // whose 2xx
        std::shared_ptr<transport::Destination> to;
        std::shared_ptr<std::string> bytes;  // empty until the next hop is resolved
    };
    static constexpr std::size_t max_acks = 16;  // of forks that all succeed

    void acknowledge(const Branch& branch, const Response& response)
    {
        const sip::NameAddr* to = response.message->to();
        const std::string tag(to != nullptr ? to->tag() : std::string_view());
        for (const Ack& ack : acks_) {
            if (ack.tag != tag) continue;
            if (!ack.bytes->empty()) static_cast<void>(layer_.transport().send(*ack.to, *ack.bytes));
            return;
        }
        if (acks_.size() >= max_acks) return;
        acks_.push_back({tag, std::make_shared<transport::Destination>(branch.destination()),
                         std::make_shared<std::string>()});
        tasks_.start(send_ack(layer_, request_, response.message, acks_.back().to, acks_.back().bytes));
    }

    // §13.2.2.4: along the route set of the new dialog; a next hop that cannot be resolved leaves the
    // INVITE's.
    static Task<bool> send_ack(Layer& layer, std::shared_ptr<const OwnRequest> request,
                               sip::MessagePtr response, std::shared_ptr<transport::Destination> to,
                               std::shared_ptr<std::string> bytes)
    {
        const OwnRequest::Acknowledgement ack = request->acknowledgement(*response);
        if (ack.next_hop) {
            if (auto literal = layer.resolver().literal(*ack.next_hop)) {
                *to = *literal;
            } else if (auto resolved = co_await layer.resolver().resolve(*ack.next_hop)) {
                *to = resolved->front();
            }
        }
        const transport::ListenSocket* socket = layer.transport().socket_for(*to);
        if (socket == nullptr) co_return false;
        *bytes = request->write_ack(ack, *response, *socket);
        const auto sent = layer.transport().send(*to, *bytes);
        if (!sent) log_info("tm", "an ACK to {} could not be sent: {}", to->remote.text(), sent.error().text);
        co_return sent.has_value();
    }

    Layer& layer_;
    TaskGroup& tasks_;
    std::shared_ptr<const OwnRequest> request_;
    OriginateCallbacks callbacks_;
    std::vector<Ack> acks_;
    bool told_ = false;
};

Task<Outcome> outcome_of(OneShot<Outcome> outcome)
{
    co_return co_await outcome;
}

}  // namespace

Result<std::shared_ptr<Transaction>> Layer::originate(OriginatedRequest request, OriginateCallbacks callbacks)
{
    if (is_full()) {
        statistics_->refused.add();
        return fail(503, "too many transactions");
    }
    const auto sockets = transport_.sockets();
    const std::string host = sockets.empty() ? "localhost" : sockets.front().address.ip.text_in_uri();
    ++counter_;
    const std::string_view seed(reinterpret_cast<const char*>(&counter_), sizeof counter_);
    auto own =
        OwnRequest::make(std::move(request), keyed_hash({options_.key.second, ~options_.key.first}, seed),
                         host, settings_.user_agent_line);
    if (!own) return fail(own.error());

    BranchRequest target;
    target.uri = (*own)->uri();
    target.next_hop = (*own)->next_hop();
    target.socket = (*own)->socket();
    target.write = [request = *own](const transport::ListenSocket& socket, std::string_view branch) {
        return request->write(socket, branch);
    };
    auto user = std::make_unique<Originator>(*this, tasks_, *own, std::move(callbacks));
    Transaction::Origin origin;
    origin.method = (*own)->method();
    origin.call_id = (*own)->call_id();
    origin.cseq = (*own)->cseq();
    auto transaction = make(std::move(origin), std::move(user));
    statistics_->uac_transactions.add();
    tasks_.start(run_originated(transaction, std::move(target)));
    return transaction;
}

Task<bool> Layer::run_originated(std::shared_ptr<Transaction> transaction, BranchRequest request)
{
    std::vector<BranchRequest> targets;
    targets.push_back(std::move(request));
    const auto sent = co_await transaction->forward(std::move(targets));
    if (sent) co_return true;
    if (auto* originator = dynamic_cast<Originator*>(transaction->user())) {
        const int status = sent.error().status == 476 ? 478 : sent.error().status;
        originator->tell({status, sent.error().text, nullptr, {}});
    }
    transaction->check_end();
    co_return false;
}

Task<Outcome> Layer::originate(OriginatedRequest request)
{
    OneShot<Outcome> outcome;
    OriginateCallbacks callbacks;
    callbacks.on_final = [resolver = outcome.resolver()](const Outcome& final) mutable {
        resolver.resolve(final);
    };
    const auto started = originate(std::move(request), std::move(callbacks));
    if (!started) outcome.resolver().resolve({started.error().status, started.error().text, nullptr, {}});
    return outcome_of(std::move(outcome));
}

}  // namespace junctor::transaction
