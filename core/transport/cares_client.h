// Asks name servers with c-ares, whose sockets and time-outs live on the worker's event loop. Keeps no
// answers.
#pragma once

#include <memory>

#include "core/transport/dns.h"

namespace junctor::transport
{

class CaresClient final : public DnsClient
{
public:
    static Result<std::unique_ptr<CaresClient>> make(EventLoop& loop, const DnsOptions& options);
    ~CaresClient() override;  // whoever still waits is not resumed any more

    Task<Result<DnsRecords>> query(std::string name, DnsType type) override;

private:
    struct Impl;
    explicit CaresClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace junctor::transport
