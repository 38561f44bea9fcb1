// What a message needs around it, for unit tests: a worker on a virtual clock, a network that writes down
// what is sent, names that are ours, and messages made from text.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/runtime/virtual_worker.h"
#include "core/script/environment.h"
#include "core/script/message.h"
#include "core/script/variable.h"
#include "test/unit/support/virtual_time.h"

namespace junctor::test
{

class FakeTransport final : public transport::Transport
{
public:
    struct Sent {
        transport::Destination to;
        std::string bytes;
    };

    FakeTransport();  // listens on udp and tcp 192.0.2.1:5060
    std::span<const transport::ListenSocket> sockets() const override { return sockets_; }
    const transport::ListenSocket* socket_for(const transport::Destination& to) const override;
    Result<void> send(const transport::Destination& to, std::string_view bytes, OnError on_error) override;
    void extend_lifetime(std::uint64_t connection, std::uint32_t seconds) override;
    bool add_alias(std::uint64_t connection, std::uint16_t port) override;
    const transport::Statistics& statistics() const override { return statistics_; }

    std::vector<Sent> sent;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> lifetimes;
    std::vector<std::pair<std::uint64_t, std::uint16_t>> aliases;
    bool broken = false;  // send() fails

private:
    std::vector<transport::ListenSocket> sockets_;
    transport::Statistics statistics_;
};

class FakeDns final : public transport::DnsClient
{
public:
    Task<Result<transport::DnsRecords>> query(std::string name, transport::DnsType type) override;
    std::map<std::pair<std::string, transport::DnsType>, transport::DnsRecords> records;
};

// Address literals, and the hosts that a test names.
class FakeResolver final : public transport::Resolver
{
public:
    std::optional<transport::Destination> literal(const transport::NextHop& hop) const override;
    Task<Result<std::vector<transport::Destination>>> resolve(transport::NextHop hop) override;
    std::map<std::string, std::vector<transport::Destination>, std::less<>> hosts;
};

class FakeLocalNames final : public script::LocalNames
{
public:
    bool is_myself(std::string_view host, std::uint16_t port, Protocol protocol) const override;
    std::set<std::string, std::less<>> names{"example.test", "192.0.2.1"};
};

script::Target target(std::string uri, int q = -1);

// Everything may be changed before the first message is made.
class TestEnvironment
{
public:
    static const Endpoint peer;  // 198.51.100.7:5062: where messages come from

    // A message as received over UDP from `peer`. Lines may end in \n alone; a body is what follows the empty
    // line.
    std::unique_ptr<script::Message> receive(std::string_view text);
    // An INVITE from alice@example.test to `uri` with further header lines and perhaps a body.
    std::unique_ptr<script::Message> request(std::string_view uri = "sip:bob@example.test",
                                             std::string_view headers = {}, std::string_view body = {},
                                             std::string_view method = "INVITE");
    std::unique_ptr<script::Message> reply(int status, std::string_view reason, std::string_view headers = {},
                                           std::string_view body = {});
    // `text` as a format, expanded; "(too long)" where it exceeds the limit; "error: ..." if it does not
    // parse.
    std::string expand(script::Message& message, std::string_view text, std::size_t limit = 1023);
    void pass(Duration time) { test::pass(clock, worker, time); }
    // The message as it would leave, with its edits.
    std::string edited(const script::Message& message) const;

    VirtualClock clock;
    VirtualWorker worker{clock, 0};
    FakeTransport transport;
    FakeDns dns;
    FakeResolver resolver;
    FakeLocalNames local_names;
    script::Settings settings;
    script::VariableRegistry variables;
    script::Environment environment{worker, transport, resolver, dns, local_names, settings};
};

}  // namespace junctor::test
