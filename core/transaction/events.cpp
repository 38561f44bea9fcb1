// What branches report, worked off one after the other (RFC 3261 §16.7, §16.8, §16.9).
#include "core/base/log.h"
#include "core/transaction/layer.h"
#include "core/transaction/transaction.h"

namespace junctor::transaction
{

void Transaction::on_branch_response(Branch& branch, Response response)
{
    const int status = response.message->status();
    enqueue({&branch, std::move(response), status});
}

void Transaction::on_branch_failed(Branch& branch, int status)
{
    enqueue({&branch, {}, status});
}

void Transaction::enqueue(Event event)
{
    if (ended_ || released_) return;
    if (events_.size() >= max_events && event.response && event.status < 300) {
        layer_.statistics().refused.add();  // it will be repeated, or was of passing interest
        return;
    }
    events_.push_back(std::move(event));
    if (busy_) return;
    busy_ = true;
    working_off_ = work_off_events();
    working_off_.start();
    if (!busy_) working_off_ = {};  // its frame would lie there as long as the transaction
}

Task<bool> Transaction::work_off_events()
{
    const auto alive = shared_from_this();
    while (!events_.empty()) {
        Event event = std::move(events_.front());
        events_.erase(events_.begin());
        co_await handle(std::move(event));
    }
    busy_ = false;
    check_end();
    co_return true;
}

Task<bool> Transaction::handle(Event event)
{
    if (event.branch == nullptr) return settle();
    if (event.response) return handle_response(*event.branch, std::move(*event.response));
    return handle_failure(*event.branch, event.status);
}

Task<bool> Transaction::handle_response(Branch& branch, Response response)
{
    const int status = response.message->status();
    const bool success = status >= 200 && status < 300;
    // A branch that we gave up (time-out) may still fail or ring: that is of no interest any more. It may
    // also succeed.
    if ((branch.is_final() || branch.is_replaced()) && !success) co_return true;

    Verdict verdict = Verdict::Relay;
    if (user_)
        if (Task<Verdict> asked = user_->on_response(*this, branch, response))
            verdict = co_await std::move(asked);
    if (released_) co_return true;

    if (status < 200) {
        branch.status_ = status;
        if (status > 100 && verdict == Verdict::Relay && !is_final_sent()) relay(branch, response);
        co_return true;
    }
    if (status == 503 && try_next_destination(branch)) co_return true;

    branch.status_ = status;
    branch.local_ = false;
    branch.final_ = response.message;
    if (success) {
        // §16.7 step 5: every 2xx to an INVITE goes upstream at once, whatever went before it.
        if (is_invite() || !is_final_sent()) relay(branch, response);
        cancel_branches();
        co_return true;
    }
    branch.final_edits_ = std::move(response.edits);
    if (status >= 600) cancel_branches();  // §16.7 step 5: no other branch is asked any more
    co_return co_await settle();
}

Task<bool> Transaction::handle_failure(Branch& branch, int status)
{
    if (branch.is_final() || branch.is_replaced()) co_return true;
    const bool heard = branch.has_reply();
    // RFC 3263 §4.3: a destination that never answered or could not be sent to gives way to the next.
    if (!heard && status != 487 && try_next_destination(branch)) co_return true;
    branch.status_ = cancelled_ && status == 408 ? 487 : status;
    branch.local_ = true;
    if (heard) branch.cancel({});  // §16.8: Timer C
    co_return co_await settle();
}

Branch* Transaction::best_branch() const
{
    std::vector<int> statuses(branches_.size(), 0);
    bool real = false;
    for (const auto& branch : branches_)
        if (branch->fork() == fork_ && !branch->is_replaced() && !branch->is_blind()) real = true;
    for (std::size_t i = 0; i < branches_.size(); ++i) {
        const Branch& branch = *branches_[i];
        // Branches of earlier forks had their turn; blind ones count only among themselves.
        if (branch.fork() == fork_ && !branch.is_replaced() && branch.is_blind() != real)
            statuses[i] = branch.status();
    }
    const auto best = best_response(statuses, cancelled_);
    return best ? branches_[*best].get() : nullptr;
}

Task<bool> Transaction::settle()
{
    if (is_final_sent() || released_ || starting_ > 0 || has_pending_branches()) co_return true;
    Branch* winner = best_branch();
    if (winner == nullptr) co_return true;
    if (user_)
        if (Task<bool> asked = user_->on_failure(*this, *winner)) co_await std::move(asked);
    if (starting_ > 0 || has_pending_branches()) co_return true;  // it forked anew
    relay_final(*winner);
    co_return true;
}

bool Transaction::has_pending_branches() const
{
    for (const auto& branch : branches_)
        if (branch->is_pending()) return true;
    return false;
}

}  // namespace junctor::transaction
