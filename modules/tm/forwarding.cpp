#include "modules/tm/forwarding.h"

#include "core/base/log.h"
#include "core/script/interpreter.h"
#include "core/sip/write.h"
#include "core/transport/blacklist.h"

namespace junctor::tm
{

using script::Failure;
using script::Message;
using script::Route;
using script::Target;
using transaction::BranchRequest;
using transaction::Transaction;

namespace
{

std::vector<Target> targets_of(const Message& message, const Transaction& transaction)
{
    std::vector<Target> targets;
    if (transaction.fork() == 0) {
        targets.push_back(message.target());
        targets.back().uri = message.uri();
    }
    targets.insert(targets.end(), message.branches().begin(), message.branches().end());
    return targets;
}

// The first Route of a stored path is where the request goes first (RFC 3327 §5.3).
std::string first_of_path(const std::string& path)
{
    const auto first = sip::NameAddr::parse(sip::first_list_element(path));
    return first ? std::string(first->uri_text) : std::string();
}

Result<transport::NextHop> next_hop_of(const Target& target)
{
    std::string uri = target.destination_uri;
    if (uri.empty() && !target.path.empty()) uri = first_of_path(target.path);
    if (uri.empty()) uri = target.uri;
    const auto parsed = sip::Uri::parse(uri);
    if (!parsed) return fail(parsed.error());
    return transport::NextHop::from(*parsed);
}

Result<BranchRequest> branch_request(std::shared_ptr<const Message> text, Target target,
                                     const RelayOptions& options)
{
    BranchRequest request;
    if (options.destination) {
        request.next_hop = *options.destination;
    } else {
        auto hop = next_hop_of(target);
        if (!hop) return fail(hop.error());
        request.next_hop = std::move(*hop);
    }
    request.uri = target.uri;
    request.socket = target.socket;
    request.failover = !options.flags.no_failover();
    request.flags = target.flags;
    request.path = target.path;
    if (auto* blacklists = text->environment().blacklists) {
        request.allow = [blacklists, chosen = text->blacklists](const transport::Destination& to,
                                                                std::string_view bytes) {
            return !blacklists->forbids(to, bytes, chosen);
        };
        request.gave_way = [blacklists](const transport::Destination& to) { blacklists->add_failed(to); };
    }
    request.write = [text = std::move(text), uri = std::move(target.uri), path = std::move(target.path)](
                        const transport::ListenSocket& socket, std::string_view branch) {
        sip::ForwardedRequest how;
        how.uri = uri;
        how.edits = &text->edits;
        how.route = path;
        how.branch = branch;
        how.via_params = text->add_local_rport ? ";rport" : "";
        how.source = text->flow().remote;
        how.force_rport = text->force_rport;
        return sip::write_forwarded_request(text->sip(), how, text->send_path(socket));
    };
    return request;
}

// The message as a branch_route sees it.
std::shared_ptr<Message> branch_message(const Message& message, Transaction& transaction,
                                        const Target& target, unsigned number)
{
    std::shared_ptr<Message> branch = message.copy();
    branch->transaction = transaction.shared_from_this();
    branch->target() = target;
    branch->set_uri(target.uri);
    branch->branches().clear();
    branch->branch_index = number;
    branch->drop = false;
    return branch;
}

Failure failure_of(const Error& error)
{
    switch (error.status) {
        case 473: return Failure::Filtered;
        case 476: return Failure::Unresolvable;
        case 477: return Failure::SendFailed;
        case 482: return Failure::TooManyBranches;
        default: return Failure::Unspecified;
    }
}

}  // namespace

Task<ForwardOutcome> forward(Message& message, Transaction& transaction, ScriptUser& user,
                             RelayOptions options)
{
    const auto alive = transaction.shared_from_this();
    std::vector<Target> targets = targets_of(message, transaction);
    message.branches().clear();
    ForwardOutcome outcome;
    if (!transaction.may_fork() || targets.empty()) {
        outcome.failure = Failure::Unspecified;
        co_return outcome;
    }
    if (targets.size() > transaction.branches_left()) {
        log_warning("tm", "a transaction has at most {} branches: {} targets are left out",
                    transaction::max_branches, targets.size() - transaction.branches_left());
        targets.resize(transaction.branches_left());
        outcome.failure = Failure::TooManyBranches;
    }
    std::shared_ptr<const Message> text;
    if (options.as_stored)
        text = user.shared_request();
    else
        text = message.copy();
    const auto branch_route = route_number(user.program(), Route::Branch, user.routes.branch);
    std::vector<BranchRequest> requests;
    for (Target& target : targets) {
        std::shared_ptr<const Message> branch_text = text;
        if (branch_route) {
            const auto number = static_cast<unsigned>(transaction.branches().size() + requests.size() + 1);
            const std::shared_ptr<Message> branch = branch_message(message, transaction, target, number);
            co_await script::run_route(*user.program(), *branch, Route::Branch, *branch_route);
            branch->transaction.reset();  // the branch keeps it: no circle
            if (branch->drop) continue;
            target = branch->target();
            target.uri = branch->uri();
            branch_text = branch;
        }
        auto request = branch_request(std::move(branch_text), std::move(target), options);
        if (request) {
            requests.push_back(std::move(*request));
        } else {
            log_warning("tm", "a target cannot be sent to: {}", request.error().text);
            if (outcome.failure == Failure::None) outcome.failure = Failure::BadUri;
        }
    }
    if (requests.empty()) {
        if (outcome.failure == Failure::None) outcome.failure = Failure::Unspecified;  // all were dropped
        co_return outcome;
    }
    const auto sent = co_await transaction.forward(std::move(requests));
    if (sent)
        outcome = {*sent, Failure::None};
    else
        outcome.failure = failure_of(sent.error());
    co_return outcome;
}

Task<std::map<unsigned, std::string>> cancel_headers(Message& cancel, Transaction& invite, ScriptUser& user,
                                                     std::string route)
{
    const auto alive = invite.shared_from_this();
    std::map<unsigned, std::string> headers;
    const auto number = route_number(user.program(), Route::Branch, route);
    if (!number) co_return headers;
    for (unsigned i = 0; invite.branch(i) != nullptr; ++i) {
        if (!invite.branch(i)->is_pending()) continue;
        Target target;
        target.uri = invite.branch(i)->uri();
        target.flags = invite.branch(i)->flags();
        const std::shared_ptr<Message> message = branch_message(cancel, invite, target, i + 1);
        co_await script::run_route(*user.program(), *message, Route::Branch, *number);
        // What was inserted above and below the headers; nothing else of a CANCEL may change (RFC 3261 §9.1).
        headers[i] = message->edits.inserted_at(cancel.sip().headers_offset(), {}) +
                     message->edits.inserted_at(cancel.sip().headers_end(), {});
    }
    co_return headers;
}

}  // namespace junctor::tm
