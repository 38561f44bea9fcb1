// forward() and send() (core.md, 3.1).
#include <fmt/format.h>

#include "core/script/command.h"
#include "core/script/forward.h"

namespace junctor::script
{
namespace
{

class ForwardCommand final : public Call
{
public:
    explicit ForwardCommand(std::optional<transport::NextHop> hop) : hop_(std::move(hop)) {}
    bool waits(const Message&) const override { return true; }
    Code call(Message&) override { return failed; }  // never: it waits
    Task<Code> call_waiting(Message& message) override
    {
        return forward_request(message, hop_ ? &*hop_ : nullptr);
    }

private:
    std::optional<transport::NextHop> hop_;  // empty: where the message says
};

class SendCommand final : public Call
{
public:
    explicit SendCommand(transport::NextHop hop) : hop_(std::move(hop)) {}
    bool waits(const Message&) const override { return true; }
    Code call(Message&) override { return failed; }  // never: it waits
    Task<Code> call_waiting(Message& message) override { return send_as_received(message, hop_); }

private:
    transport::NextHop hop_;
};

}  // namespace

Result<std::unique_ptr<Call>> bind_sending_command(const CommandArguments& arguments)
{
    std::string where = arguments.list.empty() ? "" : arguments.text(0);
    if (arguments.list.size() == 2) {  // SER's two forms
        if (where == "uri:host" && arguments.text(1) == "uri:port") {
            where.clear();
        } else {
            where += ':' + arguments.text(1);
        }
    }
    if (where.empty() && arguments.command.id == CommandId::Forward)
        return std::make_unique<ForwardCommand>(std::nullopt);
    auto hop = parse_next_hop(where);
    if (!hop) return fail(500, fmt::format("{}: write [proto:]host[:port]", hop.error().text), 0);
    if (arguments.command.id == CommandId::Send) return std::make_unique<SendCommand>(std::move(*hop));
    return std::make_unique<ForwardCommand>(std::move(*hop));
}

}  // namespace junctor::script
