#include "core/transaction/transaction.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/sip/write.h"
#include "core/transaction/layer.h"
#include "core/transport/local_name.h"
#include "core/transport/way_back.h"

namespace junctor::transaction
{
namespace
{

transport::Destination way_back(const Transaction::Origin& origin)
{
    if (origin.reply_to) return *origin.reply_to;
    return transport::way_back(origin.from, *origin.request, origin.force_rport);
}

Counter& replies_of_class(Statistics& statistics, int status)
{
    switch (status / 100) {
        case 2: return statistics.replies_2xx;
        case 3: return statistics.replies_3xx;
        case 4: return statistics.replies_4xx;
        case 5: return statistics.replies_5xx;
        default: return statistics.replies_6xx;
    }
}

}  // namespace

Transaction::Transaction(Layer& layer, std::uint64_t label, Origin origin,
                         std::unique_ptr<TransactionUser> user)
    : layer_(layer),
      label_(label),
      origin_(std::move(origin)),
      method_(is_ours() ? sip::method_from(origin_.method) : origin_.request->method_id()),
      loop_(is_ours() ? static_cast<std::uint32_t>(label >> 32)
                      : layer.loop_hash_of(*origin_.request, origin_.from)),
      user_(std::move(user))
{
    if (is_ours()) return;
    local_tag_ = layer.settings().tag_prefix;  // fmt::format() took 950 instructions for it
    append_hex(local_tag_ += '-', static_cast<std::uint32_t>(label), 8);
    server_ = std::make_unique<ServerSide>(layer, *this, way_back(origin_), is_invite());
    account(static_cast<std::ptrdiff_t>(origin_.request->bytes().size()));
}

Transaction::~Transaction()
{
    dissolve();
}

void Transaction::dissolve()
{
    ended_ = true;
    working_off_ = {};
    events_.clear();
    branches_.clear();
    server_.reset();
    user_.reset();
    if (accounted_ != 0) account(-accounted_);  // else the layer may be gone already
}

BranchId Transaction::branch_id(unsigned index) const
{
    return {layer_.worker().index(), label_, index, loop_};
}

std::string_view Transaction::call_id() const
{
    return is_ours() ? std::string_view(origin_.call_id) : origin_.request->call_id();
}

std::uint32_t Transaction::cseq_number() const
{
    if (is_ours()) return origin_.cseq;
    return origin_.request->cseq() != nullptr ? origin_.request->cseq()->number : 0;
}

bool Transaction::reply(LocalReply reply)
{
    if (server_ == nullptr || origin_.silent || is_final_sent() || released_ || ended_) return false;
    const Hold hold(*this);
    const bool final = reply.status >= 200;
    reply_tag_ = reply.to_tag;
    send_local(std::move(reply), Source::User);
    if (final) cancel_branches();
    return true;
}

void Transaction::release()
{
    if (released_ || ended_) return;
    released_ = true;
    for (const auto& branch : branches_) branch->stop();
    if (server_) server_->release();
    check_end();
}

void Transaction::on_acknowledged(const sip::Message& ack)
{
    server_->on_ack();
    if (user_) user_->on_ack(*this, ack);
}

void Transaction::adjust(Timings& timings)
{
    if (user_) user_->adjust(*this, timings);
}

void Transaction::relay(const Branch& branch, const Response& response)
{
    if (server_ == nullptr || origin_.silent || released_) return;
    std::string bytes =
        sip::write_forwarded_response(*response.message, &response.edits,
                                      transport::response_path(response.from.socket, origin_.from.socket));
    if (bytes.empty()) {
        log_info("tm", "a response to a forwarded request has no Via but ours; dropped");
        return;
    }
    if (last_status_ >= 300) {
        // A 2xx that lost the race against a failure of ours (Timer C, CANCEL): the state machine is past it,
        // but both ends of the call must hear of each other.
        server_->send_past_the_end(bytes);
        return;
    }
    send_upstream(response.message->status(), std::move(bytes), Source::Network, &branch);
}

void Transaction::relay_final(Branch& winner)
{
    if (server_ == nullptr || origin_.silent || released_ || is_final_sent()) return;
    const int status = winner.status();
    if (winner.final_ == nullptr) {
        LocalReply reply{status_upstream(status), {}, {}, {}, {}, {}, {}};
        if (user_) user_->complete(*this, reply);
        send_local(std::move(reply), Source::Layer);
        return;
    }
    const sip::Message& message = *winner.final_;
    sip::Edits& edits = winner.final_edits_;
    if (status == 401 || status == 407) {  // §16.7 step 7: the caller answers all challenges at once
        for (const auto& branch : branches_) {
            if (branch.get() == &winner || branch->fork() != winner.fork() || branch->final_ == nullptr)
                continue;
            if (branch->status() != 401 && branch->status() != 407) continue;
            for (const sip::Header& header : branch->final_->headers())
                if (header.type == sip::HeaderType::WwwAuthenticate ||
                    header.type == sip::HeaderType::ProxyAuthenticate)
                    edits.append_header(message, std::string(header.line));
        }
    }
    const int upstream = status_upstream(status);
    if (upstream != status) {
        constexpr std::size_t version = sizeof("SIP/2.0 ") - 1, line_end = 2;
        edits.replace(version, message.headers_offset() - line_end - version,
                      fmt::format("{} {}", upstream, sip::reason_phrase(upstream)));
    }
    std::string bytes = sip::write_forwarded_response(
        message, &edits, transport::response_path(winner.socket(), origin_.from.socket));
    if (bytes.empty()) {
        log_info("tm", "a response to a forwarded request has no Via but ours; answered {} instead", status);
        send_local({status, {}, {}, {}, {}, {}, {}}, Source::Layer);
        return;
    }
    send_upstream(upstream, std::move(bytes), Source::Network, &winner);
}

void Transaction::send_local(LocalReply reply, Source source)
{
    sip::Reply text;
    text.status = reply.status;
    text.reason = reply.reason.empty() ? sip::reason_phrase(reply.status) : std::string_view(reply.reason);
    text.to_tag = reply.to_tag.empty() ? local_tag_ : reply.to_tag;
    text.headers = reply.headers;
    text.body = reply.body;
    text.server_line = reply.server_line;
    text.warning_line = reply.warning_line;
    text.source = origin_.from.remote;
    text.force_rport = origin_.force_rport;
    send_upstream(reply.status, sip::write_reply(*origin_.request, text), source, nullptr);
}

void Transaction::send_upstream(int status, std::string bytes, Source source, const Branch* branch)
{
    const Hold hold(*this);
    account(static_cast<std::ptrdiff_t>(bytes.size()) - static_cast<std::ptrdiff_t>(server_->kept().size()));

    Statistics& statistics = layer_.statistics();
    (source == Source::Network ? statistics.relayed_replies : statistics.local_replies).add();
    if (status >= 200) replies_of_class(statistics, status).add();
    last_status_ = status;
    last_from_user_ = source == Source::User;
    server_->send(status, std::move(bytes),
                  source == Source::Network ? ReplyOrigin::Relayed : ReplyOrigin::Ours);
    if (user_) user_->on_reply(*this, {status, source != Source::Network, server_->kept(), branch});
}

void Transaction::account(std::ptrdiff_t bytes)
{
    accounted_ += bytes;
    layer_.account(bytes);
}

void Transaction::check_end()
{
    if (ended_ || busy_ || held_ > 0 || starting_ > 0 || !events_.empty()) return;
    if (is_final_sent()) shrink();
    if (needs_no_more()) {
        layer_.keep_reply(*this, server_->destination(), server_->take_kept());
        return end();
    }
    if (origin_.silent && !branches_.empty() && !has_pending_branches()) server_->release();
    if (server_ && !server_->is_terminated()) return;
    for (const auto& branch : branches_)
        if (!branch->is_terminated()) return;
    end();
}

bool Transaction::needs_no_more() const
{
    // Without an RFC 3261 branch a request is known by more than one hash: the transaction stays to compare.
    if (server_ == nullptr || !is_final_sent() || released_ || server_->is_terminated() ||
        has_pending_branches() || !origin_.request->top_via()->has_cookie())
        return false;
    return !is_invite() || is_answered_for_all();
}

bool Transaction::is_answered_for_all() const
{
    const bool success = last_status_ < 300 && !server_->sends_again();
    return success && branches_.size() == 1 && !branches_.front()->is_cancelled() &&
           !(user_ && user_->follows_answered());
}

void Transaction::end()
{
    ended_ = true;
    if (user_) user_->on_ended(*this);
    layer_.remove(*this);
}

void Transaction::shrink()
{
    if (server_) account(-static_cast<std::ptrdiff_t>(server_->shrink()));
    if (events_.empty()) std::vector<Event>().swap(events_);
    for (const auto& branch : branches_) branch->shrink();
}

}  // namespace junctor::transaction
