// What happens to a message between its transport and its script, on one worker: check, owner, transaction,
// script.
//
//     bytes -> index -> (owner's worker) -> checks -> absorbed by a transaction? -> hooks of modules ->
//     route{}
//                                                      responses: onreply_route{} -> transaction, or on by
//                                                      the next Via
//
// Malformed requests are answered (RFC 3261 §16.3 step 1) and malformed responses dropped (§18.1.2), both
// counted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/core_statistics.h"
#include "core/module/registry.h"
#include "core/runtime/task.h"
#include "core/script/environment.h"
#include "core/script/message.h"
#include "core/transaction/layer.h"
#include "core/transport/transport.h"

namespace junctor::server
{

class Dispatcher final : public transport::Receiver
{
public:
    Dispatcher(const Registry& registry, CoreStatistics& statistics);
    ~Dispatcher() override;

    // The transport wants its receiver before the environment can exist: connect() closes the circle, before
    // the first message. `all`: the dispatchers of all workers by index, this one included.
    void connect(script::Environment& environment, transaction::Layer& layer,
                 const std::vector<Dispatcher*>& all);

    void on_message(std::string bytes, const transport::Flow& from) override;
    void on_broken_stream(const Error& error, std::string_view bytes, const transport::Flow& from) override;
    void on_connection_closed(std::uint64_t connection) override;

    // New requests are refused with 503 from now on; what is under way goes on.
    void drain() { draining_ = true; }
    std::size_t running_scripts() const { return tasks_->waiting(); }
    void cancel_scripts();  // at the end: destroys what still waits

private:
    void take(const sip::MessagePtr& message, const transport::Flow& from);  // on the owner's worker
    void take_request(const sip::MessagePtr& request, const transport::Flow& from);
    void take_response(const sip::MessagePtr& response, const transport::Flow& from);
    void run_request(const sip::MessagePtr& request, const transport::Flow& from);
    struct RequestRun;
    static Task<bool> finish_request(std::unique_ptr<RequestRun> run);
    void finish_response(const std::shared_ptr<script::Message>& message);
    Task<bool> route_response(std::shared_ptr<script::Message> message);
    Task<bool> forward_response(std::shared_ptr<script::Message> message);
    bool pass_hooks(script::Message& message) const;
    void refuse_unreadable(std::string bytes, const transport::Flow& from, const Error& error);
    void refuse(const sip::Message& request, const transport::Flow& from, int status, std::string_view reason,
                std::string_view headers = {});

    const Registry& registry_;
    CoreStatistics& statistics_;
    script::Environment* environment_ = nullptr;
    transaction::Layer* layer_ = nullptr;
    std::vector<Dispatcher*> all_;
    std::unique_ptr<TaskGroup> tasks_ = std::make_unique<TaskGroup>();
    bool draining_ = false;
};

}  // namespace junctor::server
