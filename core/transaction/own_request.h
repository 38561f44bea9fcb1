// The text of a request that we make ourselves, and of the ACK to its 2xx (RFC 3261 §8.1.1, §12.2.1.1,
// §13.2.2.4). Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/sip/message.h"
#include "core/transaction/originate.h"

namespace junctor::transaction
{

class OwnRequest
{
public:
    // Fills in what was not given: `unique` goes into Call-ID and tag, `host` into the Call-ID. Errors: 400,
    // 416.
    static Result<std::shared_ptr<const OwnRequest>> make(OriginatedRequest request, std::uint64_t unique,
                                                          std::string_view host,
                                                          std::string_view user_agent_line);

    const std::string& method() const { return request_.method; }
    const std::string& uri() const { return request_.uri; }
    const std::string& call_id() const { return request_.call_id; }
    std::uint32_t cseq() const { return *request_.cseq; }
    const transport::NextHop& next_hop() const { return next_hop_; }
    const transport::ListenSocket* socket() const { return request_.socket; }
    const std::optional<Timings>& timings() const { return request_.timings; }
    bool acknowledge() const { return request_.acknowledge; }

    std::string write(const transport::ListenSocket& socket, std::string_view branch) const;

    struct Acknowledgement {
        std::string uri;
        std::vector<std::string> routes;
        std::optional<transport::NextHop> next_hop;  // empty: neither route nor Contact can be used
    };
    Acknowledgement acknowledgement(const sip::Message& success) const;
    std::string write_ack(const Acknowledgement& ack, const sip::Message& success,
                          const transport::ListenSocket& socket) const;

private:
    Result<void> complete(std::uint64_t unique, std::string_view host);

    OriginatedRequest request_;
    transport::NextHop next_hop_;
    std::string user_agent_line_;
};

}  // namespace junctor::transaction
