// Which transaction does this request belong to, and which requests does the script never see? RFC 3261
// §17.2.3, §9.2, §8.2.2.2, §16.3 step 4.
#include "core/transaction/layer.h"

namespace junctor::transaction
{
namespace
{

// Requests that share Call-ID, CSeq and From tag are few; more of them is somebody's mischief.
constexpr int max_compared = 64;

}  // namespace

bool Layer::absorb_request(const sip::MessagePtr& request, const transport::Flow& from)
{
    if (request->method_id() == sip::Method::Ack) return absorb_ack(*request);
    if (const auto transaction = find(*request)) {
        transaction->on_retransmission();
        statistics_->absorbed_requests.add();
        return true;
    }
    if (absorb_finished(*request) || absorb_waiting(request, from)) return true;
    if (settings_.detect_loops && is_loop(*request, from, options_.key)) {
        answer_loop(*request, from);
        return true;
    }
    return false;
}

bool Layer::absorb_ack(const sip::Message& ack)
{
    if (const auto transaction = find(ack); transaction != nullptr && transaction->server_->absorbs_ack()) {
        transaction->server_->on_ack();
        statistics_->absorbed_requests.add();
        return true;
    }
    if (const auto transaction = find_acknowledged(ack)) transaction->on_acknowledged(ack);
    return false;
}

bool Layer::absorb_finished(const sip::Message& request)
{
    const Finished* const finished = finished_.find(progress_key(request), request.method_id());
    if (finished == nullptr) return false;
    statistics_->absorbed_requests.add();
    if (finished->reply.empty()) return true;
    statistics_->retransmissions.add();
    send_back(finished->to, finished->reply);
    return true;
}

// Requests whose script is suspended and that have no transaction yet.
bool Layer::absorb_waiting(const sip::MessagePtr& request, const transport::Flow& from)
{
    if (in_progress_.empty()) return false;
    if (in_progress_.contains(progress_key(*request))) {
        statistics_->absorbed_requests.add();
        return true;
    }
    if (request->method_id() != sip::Method::Cancel || find_cancelled(*request) != nullptr) return false;
    const auto cancelled = in_progress_.find(key_of(*request));
    if (cancelled == in_progress_.end()) return false;
    if (cancelled->second.cancel == nullptr) {
        cancelled->second.cancel = request;
        cancelled->second.cancel_from = from;
    }
    return true;
}

std::uint64_t Layer::key_of(const sip::Message& request) const
{
    std::uint64_t& kept = request.transaction_key();
    if (kept == 0) kept = transaction_key(request, options_.key);
    return kept;
}

std::uint64_t Layer::progress_key(const sip::Message& request) const
{
    return told_apart(key_of(request), request.method_id());
}

Layer::InProgress Layer::in_progress(const sip::Message& request)
{
    if (request.method_id() == sip::Method::Ack) return {};
    if (in_progress_.size() >= options_.max_in_progress) {
        statistics_->refused.add();
        return {};
    }
    const std::uint64_t key = progress_key(request);
    if (key == 0 || !in_progress_.try_emplace(key).second) return {};
    return {this, key};
}

Layer::InProgress::InProgress(InProgress&& other) noexcept
    : layer_(std::exchange(other.layer_, nullptr)), key_(other.key_)
{
}

Layer::InProgress& Layer::InProgress::operator=(InProgress&& other) noexcept
{
    if (this == &other) return *this;
    if (layer_ != nullptr) layer_->end_progress(key_);
    layer_ = std::exchange(other.layer_, nullptr);
    key_ = other.key_;
    return *this;
}

Layer::InProgress::~InProgress()
{
    if (layer_ != nullptr) layer_->end_progress(key_);
}

void Layer::end_progress(std::uint64_t key)
{
    const auto found = in_progress_.find(key);
    if (found == in_progress_.end()) return;
    Waiting waiting = std::move(found->second);
    in_progress_.erase(found);
    hand_over_cancel(waiting);
}

void Layer::on_waiting_cancel(std::function<void(sip::MessagePtr, const transport::Flow&)> handler)
{
    cancel_handler_ = std::move(handler);
}

void Layer::hand_over_cancel(Waiting& waiting)
{
    if (waiting.cancel == nullptr || !cancel_handler_) return;
    // Not on this stack: the script of the request that it cancels is still on it.
    worker_.post([handler = cancel_handler_, cancel = std::exchange(waiting.cancel, nullptr),
                  from = waiting.cancel_from] { handler(cancel, from); });
}

std::shared_ptr<Transaction> Layer::find(const sip::Message& request)
{
    for (Transaction* one = by_key_.first(key_of(request)); one != nullptr; one = by_key_.next(*one))
        if (is_same_transaction(*one->request(), request, legacy())) return one->shared_from_this();
    return nullptr;
}

std::shared_ptr<Transaction> Layer::find_cancelled(const sip::Message& cancel)
{
    for (Transaction* one = by_key_.first(key_of(cancel)); one != nullptr; one = by_key_.next(*one))
        if (cancels(cancel, *one->request(), legacy())) return one->shared_from_this();
    return nullptr;
}

std::shared_ptr<Transaction> Layer::find_acknowledged(const sip::Message& ack)
{
    Transaction* one = by_call_.first(call_key(ack, options_.key));
    for (int compared = 0; one != nullptr && compared < max_compared; one = by_call_.next(*one), ++compared) {
        Transaction& transaction = *one;
        const bool succeeded = transaction.last_status() >= 200 && transaction.last_status() < 300;
        if (!transaction.is_invite() || !succeeded || !is_same_call(*transaction.request(), ack)) continue;
        // If the 2xx was ours, the dialog has our tag.
        const bool ours = transaction.is_last_from_user() && transaction.request()->to() != nullptr &&
                          transaction.request()->to()->tag().empty();
        if (ours && (ack.to() == nullptr || ack.to()->tag() != transaction.reply_tag())) continue;
        return transaction.shared_from_this();
    }
    return nullptr;
}

bool Layer::has_answered(const sip::Message& request) const
{
    const Finished* const invite = request.method_id() == sip::Method::Ack
                                       ? finished_.find_call(call_key(request, options_.key))
                                       : finished_.find(key_of(request), sip::Method::Invite);
    return invite != nullptr && invite->method == sip::Method::Invite;
}

bool Layer::is_merged(const sip::Message& request) const
{
    if (request.to() != nullptr && !request.to()->tag().empty()) return false;
    const std::uint64_t call = call_key(request, options_.key);
    const Finished* const finished = finished_.find_call(told_apart(call, request.method_id()));
    if (finished != nullptr && finished->method == request.method_id() &&
        finished->key != progress_key(request))
        return true;
    const Transaction* one = by_call_.first(call);
    for (int compared = 0; one != nullptr && compared < max_compared; one = by_call_.next(*one), ++compared) {
        const sip::Message& other = *one->request();
        if (other.method() == request.method() && is_same_call(other, request) &&
            !is_same_transaction(other, request, legacy()))
            return true;
    }
    return false;
}

std::shared_ptr<Transaction> Layer::find(unsigned hash_index, std::uint64_t short_label)
{
    const auto found = by_label_.find(short_label << 16 | hash_index);
    return found != by_label_.end() ? found->second : nullptr;
}

std::shared_ptr<Transaction> Layer::find_by_call(std::string_view call_id, std::uint32_t cseq)
{
    for (const auto& [label, transaction] : by_label_) {
        if (!transaction->is_invite()) continue;
        if (transaction->call_id() == call_id && transaction->cseq_number() == cseq) return transaction;
    }
    return nullptr;
}

}  // namespace junctor::transaction
