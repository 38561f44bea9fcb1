// CANCEL: the caller's (RFC 3261 §9.2, §16.10) and ours (§16.7 step 10).
#include "core/transaction/layer.h"
#include "core/transaction/transaction.h"

namespace junctor::transaction
{
namespace
{

// RFC 3326: why it was cancelled concerns those who ring.
std::string reasons_of(const sip::Message& cancel)
{
    std::string lines;
    for (const sip::Header* reason = cancel.first("Reason"); reason != nullptr; reason = cancel.next(*reason))
        lines += reason->line;
    return lines;
}

}  // namespace

bool Transaction::cancel(const sip::Message& cancel, const std::function<std::string(Branch&)>& headers_of)
{
    if (!is_invite() || is_final_sent() || released_ || ended_) return false;
    const bool first = !cancelled_;
    cancelled_ = true;
    const bool anything = has_pending_branches() || starting_ > 0;
    if (first && user_) user_->on_cancelled(*this, cancel);

    const std::string reasons = reasons_of(cancel);
    for (std::size_t i = 0; i < branches_.size(); ++i) {
        Branch& branch = *branches_[i];
        if (branch.is_pending()) branch.cancel(reasons + (headers_of ? headers_of(branch) : std::string()));
    }
    finish_cancelled();
    return anything;
}

// No branch is left whose 487 could be waited for: then it is ours to say.
void Transaction::finish_cancelled()
{
    if (is_final_sent() || busy_ || starting_ > 0 || has_pending_branches()) return;
    if (server_ == nullptr || origin_.silent) return;
    LocalReply reply{487, {}, {}, {}, {}, {}, {}};
    if (user_) user_->complete(*this, reply);
    send_local(std::move(reply), Source::Layer);
}

void Transaction::cancel_branches(const std::string& headers)
{
    stopped_fork_ = last_fork_;
    for (std::size_t i = 0; i < branches_.size(); ++i)
        if (branches_[i]->is_pending()) branches_[i]->cancel(headers);
}

}  // namespace junctor::transaction
