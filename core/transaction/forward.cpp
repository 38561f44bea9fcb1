// Sending to targets, in parallel and one after the other, with fail-over (RFC 3261 §16.6, RFC 3263 §4.3).
#include <fmt/format.h>

#include "core/base/log.h"
#include "core/transaction/layer.h"
#include "core/transaction/transaction.h"

namespace junctor::transaction
{

struct Transaction::Forking {
    explicit Forking(Transaction& transaction, unsigned number, std::size_t targets)
        : of(transaction), fork(number), unresolved(static_cast<unsigned>(targets))
    {
        of.starting_ += unresolved;
    }
    Forking(const Forking&) = delete;
    Forking& operator=(const Forking&) = delete;
    ~Forking() { of.starting_ -= unresolved; }  // a script that was given up while it waited

    void settled(const Result<void>& result)
    {
        --unresolved;
        --of.starting_;
        if (result) {
            ++sent;
            of.fork_ = fork;
        } else if (!error) {
            error = result.error();
        }
    }

    Transaction& of;
    const unsigned fork;
    unsigned unresolved;
    unsigned sent = 0;
    std::optional<Error> error;
};

Task<Result<unsigned>> Transaction::forward(std::vector<BranchRequest> requests)
{
    const auto alive = shared_from_this();
    if (!may_fork())
        co_return fail(487, cancelled_ ? "the request was cancelled" : "the request was answered already");
    std::optional<Error> refused;
    if (requests.size() > branches_left()) {
        layer_.statistics().refused.add();
        refused = Error{482, fmt::format("more than {} branches", max_branches)};
        requests.resize(branches_left());
    }
    Forking forking(*this, ++last_fork_, requests.size());
    std::vector<Task<void>> resolving;
    for (BranchRequest& request : requests) {
        if (request.destinations.empty())
            if (auto literal = layer_.resolver().literal(request.next_hop))
                request.destinations.push_back(*literal);
        const unsigned target = targets_++;
        if (!request.destinations.empty()) {
            forking.settled(launch(std::move(request), target, forking.fork, 0));
            continue;
        }
        resolving.push_back(start_branch(std::move(request), target, forking));
    }
    if (!resolving.empty()) {
        Task<void> all_resolved = join(resolving.size());
        for (Task<void>& one : resolving) one.start(all_resolved.handle());
        co_await std::move(all_resolved);
    }

    if (forking.sent == 0) {
        // The caller gave up while we resolved, and nothing is left that would answer it.
        if (cancelled_) finish_cancelled();
        if (refused && !forking.error) forking.error = refused;
        co_return fail(forking.error.value_or(Error{477, "there is no target"}));
    }
    if (!has_pending_branches() && !is_final_sent())
        enqueue({});  // all failed while the last one was resolved
    co_return forking.sent;
}

Task<void> Transaction::start_branch(BranchRequest request, unsigned target, Forking& forking)
{
    auto destinations = co_await layer_.resolver().resolve(request.next_hop);
    if (!destinations) {
        forking.settled(fail(476, destinations.error().text));
        co_return;
    }
    request.destinations = std::move(*destinations);
    forking.settled(launch(std::move(request), target, forking.fork, 0));
}

Result<void> Transaction::launch(BranchRequest request, unsigned target, unsigned fork,
                                 std::size_t next_destination)
{
    if (!may_fork() || fork <= stopped_fork_)
        return fail(487, "the request was cancelled or answered meanwhile");
    if (layer_.is_full()) return fail(477, "too much is under way");
    const auto index = static_cast<unsigned>(branches_.size());
    branches_.push_back(
        std::make_unique<Branch>(layer_, *this, index, target, fork, std::move(request), next_destination));
    Branch& branch = *branches_.back();
    if (auto sent = branch.send_first(); !sent) {
        log_info("tm", "branch to {} was not sent: {}", branch.uri(), sent.error().text);
        branches_.pop_back();
        return sent;
    }
    account(static_cast<std::ptrdiff_t>(branch.sent().size()));
    if (user_) user_->on_request_sent(*this, branch);
    return {};
}

bool Transaction::try_next_destination(Branch& branch)
{
    if (branch.is_blind() || branch.is_cancelled() || !branch.has_further_destination()) return false;
    if (!may_fork() || branch.fork() <= stopped_fork_ || branches_.size() >= max_attempts) return false;
    BranchRequest next = branch.request_;
    const unsigned target = branch.target(), fork = branch.fork();
    if (next.gave_way) next.gave_way(branch.destination());
    if (!launch(std::move(next), target, fork, branch.next_destination_)) return false;
    branch.replaced_ = true;
    return true;
}

Result<Branch*> Transaction::add_blind_branch()
{
    if (!may_fork()) return fail(487, "the request was cancelled or answered already");
    if (branches_left() == 0) return fail(482, fmt::format("more than {} branches", max_branches));
    fork_ = ++last_fork_;
    const auto index = static_cast<unsigned>(branches_.size());
    branches_.push_back(
        std::make_unique<Branch>(layer_, *this, index, targets_++, fork_, BranchRequest{}, 0));
    Timings timings = layer_.settings().timings;
    adjust(timings);
    branches_.back()->start_blind(timings.final_response);
    return branches_.back().get();
}

}  // namespace junctor::transaction
