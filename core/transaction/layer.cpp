#include "core/transaction/layer.h"

#include "core/base/log.h"
#include "core/sip/write.h"
#include "core/transport/local_name.h"
#include "core/transport/way_back.h"

namespace junctor::transaction
{

namespace
{

std::ptrdiff_t size_of(const Finished& finished)
{
    return static_cast<std::ptrdiff_t>(sizeof finished + finished.reply.size());
}

}  // namespace

Layer::Layer(Worker& worker, transport::Transport& transport, transport::Resolver& resolver,
             LayerOptions options)
    : worker_(worker),
      transport_(transport),
      resolver_(resolver),
      options_(options),
      finished_(worker.timers(),
                [this](const Finished& finished) {
                    account(-size_of(finished));
                    statistics_->in_use.subtract();
                }),
      reaper_(worker.timers(), [this] {
          for (const auto& transaction : std::exchange(ended_, {})) transaction->dissolve();
      })
{
    settings_.tag_prefix = "junctor";
}

Layer::~Layer()
{
    // Somebody may hold a transaction longer than we live; nothing in it may call us then.
    for (const auto& [label, transaction] : by_label_) transaction->dissolve();
    for (const auto& transaction : ended_) transaction->dissolve();
}

void Layer::count_into(Statistics& statistics)
{
    statistics_ = &statistics;
}

std::uint32_t Layer::loop_hash_of(const sip::Message& request, const transport::Flow& from) const
{
    return loop_hash(request, from, options_.key);
}

bool Layer::match_response(Response response)
{
    const sip::Via* via = response.message->top_via();
    const sip::CSeq* cseq = response.message->cseq();
    if (via == nullptr || cseq == nullptr) return false;
    const auto id = BranchId::parse(via->branch);
    if (!id || id->worker != worker_.index()) return false;
    const auto found = by_label_.find(id->label);
    if (found == by_label_.end()) {
        const Finished* const finished = finished_.find_label(id->label);
        if (finished == nullptr) return false;
        statistics_->received_replies.add();  // §17.1.2.2: a final response again
        if (finished->method == sip::Method::Invite && cseq->method_id == sip::Method::Invite)
            relay_again(*finished, response);
        return true;
    }
    const std::shared_ptr<Transaction> transaction = found->second;
    Branch* branch = transaction->branch(id->index);
    if (branch == nullptr || branch->is_blind()) return false;

    // §17.1.3: the method, too, for a CANCEL has the branch of its INVITE.
    if (cseq->method_id == sip::Method::Cancel && transaction->is_invite()) {
        branch->on_cancel_response(response.message->status());
        return true;
    }
    if (transaction->method() != cseq->method_id) return false;
    statistics_->received_replies.add();
    branch->on_response(std::move(response));
    return true;
}

// A 2xx that its UAS repeats because no ACK has reached it yet (RFC 6026 §7.1).
void Layer::relay_again(const Finished& invite, const Response& response)
{
    const int status = response.message->status();
    if (status < 200 || status >= 300) return;
    const std::string bytes = sip::write_forwarded_response(
        *response.message, &response.edits, transport::response_path(response.from.socket, invite.to.socket));
    if (bytes.empty()) return;
    statistics_->relayed_replies.add();
    send_back(invite.to, bytes);
}

void Layer::send_back(const transport::Destination& to, std::string_view reply)
{
    if (const auto sent = transport_.send(to, reply); !sent)
        log_info("tm", "a reply to {} could not be sent: {}", to.remote.text(), sent.error().text);
}

std::shared_ptr<Transaction> Layer::make(Transaction::Origin origin, std::unique_ptr<TransactionUser> user)
{
    std::uint64_t label = 0;
    do {
        ++counter_;
        const std::string_view bytes(reinterpret_cast<const char*>(&counter_), sizeof counter_);
        label = keyed_hash({options_.key.first ^ worker_.index(), options_.key.second}, bytes);
    } while (by_label_.contains(label));
    auto transaction = std::make_shared<Transaction>(*this, label, std::move(origin), std::move(user));
    by_label_.emplace(label, transaction);
    ++made_by_index_[transaction->hash_index()];
    statistics_->in_use.add();
    return transaction;
}

Result<std::shared_ptr<Transaction>> Layer::create(Transaction::Origin origin,
                                                   std::unique_ptr<TransactionUser> user)
{
    const sip::Message& request = *origin.request;
    const std::uint64_t key = key_of(request);
    if (key == 0 || request.cseq() == nullptr) return fail(400, "no transaction without Via and CSeq");
    if (is_full()) {
        statistics_->refused.add();
        return fail(503, "too many transactions");
    }
    auto transaction = make(std::move(origin), std::move(user));
    by_key_.add(transaction->key_ = key, *transaction);
    by_call_.add(transaction->call_key_ = call_key(request, options_.key), *transaction);
    statistics_->uas_transactions.add();
    if (const auto waiting = in_progress_.find(progress_key(request)); waiting != in_progress_.end())
        hand_over_cancel(waiting->second);
    return transaction;
}

void Layer::remove(Transaction& transaction)
{
    const auto found = by_label_.find(transaction.label());
    if (found == by_label_.end()) return;
    if (!transaction.is_ours()) {
        by_key_.remove(transaction.key_, transaction);
        by_call_.remove(transaction.call_key_, transaction);
    }
    ended_.push_back(std::move(found->second));
    by_label_.erase(found);
    if (finished_.find_label(transaction.label()) == nullptr) statistics_->in_use.subtract();
    if (!reaper_.is_running()) reaper_.start({});
}

void Layer::keep_reply(Transaction& transaction, const transport::Destination& to, std::string reply)
{
    const sip::Method method = transaction.method();
    Finished finished{told_apart(transaction.key_, method),
                      told_apart(transaction.call_key_, method),
                      transaction.label(),
                      method,
                      to,
                      std::move(reply)};
    account(size_of(finished));
    finished_.add(std::move(finished), settings_.timings.linger);
}

void Layer::for_each(const std::function<void(Transaction&)>& visit)
{
    for (const auto& [label, transaction] : by_label_) visit(*transaction);
}

void Layer::answer_loop(const sip::Message& request, const transport::Flow& from)
{
    statistics_->loops.add();
    if (request.method_id() == sip::Method::Ack) return;
    sip::Reply reply;
    reply.status = 482;
    reply.reason = sip::reason_phrase(482);
    reply.to_tag = settings_.tag_prefix;
    reply.source = from.remote;
    const transport::Destination back = transport::way_back(from, request);
    if (const auto sent = transport_.send(back, sip::write_reply(request, reply)); !sent)
        log_info("tm", "the 482 to a looping request could not be sent: {}", sent.error().text);
}

}  // namespace junctor::transaction
