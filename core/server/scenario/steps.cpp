// What each step of a scenario does.
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/server/scenario/runner.h"
#include "core/sip/digest.h"

namespace junctor::server
{
namespace
{

std::string first_line(std::string_view bytes)
{
    return std::string(bytes.substr(0, bytes.find("\r\n")));
}

std::string described(const sip::Message& message)
{
    return fmt::format("\n---- what came\n{}\n----", message.bytes());
}

Result<void> compare_header(const sip::Message& message, std::string_view name, std::string_view pattern)
{
    const sip::Header* header = message.first(name);
    if (header == nullptr) return fail(400, fmt::format("a header {} was expected and there is none", name));
    std::string values;
    for (; header != nullptr; header = message.next(*header)) {
        if (fits_pattern(pattern, header->value)) return {};
        values += fmt::format(" \"{}\"", header->value);
    }
    return fail(400, fmt::format("{}: expected \"{}\", found{}", name, pattern, values));
}

// What `lose` names: a request by its method, a response by its status.
std::function<bool(std::string_view)> names_message(const std::string& what)
{
    const bool is_status = !what.empty() && is_digit(what.front());
    return [what, is_status](std::string_view bytes) {
        return is_status ? bytes.starts_with("SIP/2.0 " + what) : bytes.starts_with(what + " ");
    };
}

}  // namespace

Simulation& ScenarioRunner::simulation()
{
    if (!simulation_) simulation_ = std::make_unique<Simulation>(options_);
    return *simulation_;
}

Result<void> ScenarioRunner::start()
{
    if (started_) return {};
    if (options_.script_path.empty() && options_.script_text.empty())
        return fail(400, "no routing script: begin with `config FILE` or `script`");
    started_ = true;
    return simulation().start();
}

// config FILE: a script by its path, seen from the scenario's folder, else from the working directory.
Result<void> ScenarioRunner::config(const Step& step)
{
    const std::string& name = step.word(1);
    options_.script_path = folder_ + "/" + name;
    if (name.starts_with('/') || !std::ifstream(options_.script_path)) options_.script_path = name;
    if (!std::ifstream(options_.script_path)) return fail(404, "there is no script " + options_.script_path);
    return {};
}

// script: the indented lines with a leading | are the script.
Result<void> ScenarioRunner::script(const Step& step)
{
    for (const std::string& line : step.details)
        options_.script_text += (line.starts_with('|') ? line.substr(1) : line) + "\n";
    return {};
}

// peer NAME ADDRESS[:PORT] [tcp] [password=...] [user=...]
Result<void> ScenarioRunner::peer(const Step& step)
{
    const auto address = Endpoint::parse(step.word(2), 5060);
    if (!address) return fail(400, fmt::format("\"{}\" is no address", step.word(2)));
    Protocol protocol = Protocol::Udp;
    std::string user = step.word(1), password;
    for (std::size_t i = 3; i < step.words.size(); ++i) {
        if (const auto named = protocol_from(step.words[i]))
            protocol = *named;
        else if (step.words[i].starts_with("password="))
            password = step.words[i].substr(9);
        else if (step.words[i].starts_with("user="))
            user = step.words[i].substr(5);
        else
            return fail(400, fmt::format("\"{}\" is no property of a peer: udp, tcp, password=..., user=...",
                                         step.words[i]));
    }
    auto [place, added] = peers_.emplace(step.word(1), Peer(step.word(1), *address, protocol));
    if (!added) return fail(400, fmt::format("{} exists already", step.word(1)));
    place->second.set_password(std::move(password));
    place->second.set_user(std::move(user));
    return {};
}

Peer& ScenarioRunner::peer_named(const std::string& name)
{
    auto found = peers_.find(name);
    if (found == peers_.end()) {  // unless declared: the next address of the documentation network
        const Endpoint address{*IpAddress::parse(fmt::format("192.0.2.{}", next_host_++)), 5060};
        found = peers_.emplace(name, Peer(name, address, Protocol::Udp)).first;
    }
    return found->second;
}

// time + 61s
Result<void> ScenarioRunner::time(const Step& step)
{
    if (auto started = start(); !started) return started;
    if (auto quiet = nothing_unexpected(); !quiet) return quiet;
    if (step.word(1) != "+") return fail(400, "time only goes on: time + 61s");
    const auto length = parse_duration(step.word(2));
    if (!length) return fail(length.error());
    if (!simulation().advance(*length))
        return fail(500, "the server never comes to rest: something posts for ever");
    deliver();
    return {};
}

// lose PEER < WHAT [once|N times]: what the server sends to it; > : what it sends.
Result<void> ScenarioRunner::lose(const Step& step)
{
    std::size_t count = 1;
    if (const auto number = parse_unsigned(step.word(4), 1000)) count = *number;
    using Direction = transport::SimulatedNetwork::Direction;
    const auto direction = step.word(2) == "<" ? Direction::ToPeer : Direction::FromPeer;
    simulation().network().lose(peer_named(step.word(1)).address(), direction, names_message(step.word(3)),
                                count);
    return {};
}

// network refuse|ignore|mend|close PEER
Result<void> ScenarioRunner::network(const Step& step)
{
    auto& network = simulation().network();
    const Endpoint address = peer_named(step.word(2)).address();
    if (step.word(1) == "refuse")
        network.refuse(address);
    else if (step.word(1) == "ignore")
        network.ignore(address);
    else if (step.word(1) == "mend")
        network.mend(address);
    else if (step.word(1) == "close")
        network.close_connections(address);
    else
        return fail(400, fmt::format("network {}: refuse, ignore, mend or close was expected", step.word(1)));
    return {};
}

// mi COMMAND [ARGUMENT...] and below it lines that the answer must hold; the first may be "code reason".
Result<void> ScenarioRunner::command(const Step& step)
{
    if (auto started = start(); !started) return started;
    mi::Request request;
    request.command = step.word(1);
    request.arguments.assign(step.words.begin() + std::min<std::ptrdiff_t>(2, std::ssize(step.words)),
                             step.words.end());
    const mi::Reply reply = simulation().command(std::move(request));
    std::string text = fmt::format("{} {}\n", reply.code, reply.reason);
    const auto print = [&](const auto& self, const std::vector<mi::Node>& nodes) -> void {
        for (const mi::Node& node : nodes) {
            text += node.name.empty() ? node.value : fmt::format("{}:: {}", node.name, node.value);
            for (const auto& [name, value] : node.attributes) text += fmt::format(" {}={}", name, value);
            text += "\n";
            self(self, node.children);
        }
    };
    print(print, reply.nodes);
    std::string_view left = text;
    for (const std::string& wanted : step.details) {
        bool found = false;
        while (!left.empty() && !found) {
            const std::size_t end = left.find('\n');
            found = fits_pattern(wanted, trim(left.substr(0, end)));
            left.remove_prefix(end + 1);
        }
        if (!found) return fail(400, fmt::format("no line \"{}\" in the answer:\n{}", wanted, text));
    }
    deliver();
    return {};
}

Result<void> ScenarioRunner::speak(const Step& step)
{
    if (auto started = start(); !started) return started;
    Peer& peer = peer_named(step.word(0));
    return step.word(1) == ">" ? say(peer, step) : hear(peer, step);
}

// PEER > METHOD [URI] | STATUS [REASON] | STATUS METHOD | again | retry | raw
Result<void> ScenarioRunner::say(Peer& peer, const Step& step)
{
    if (auto quiet = nothing_unexpected(); !quiet) return quiet;
    const std::string& what = step.word(2);
    Result<std::string> bytes;
    if (what == "again") {
        bytes = peer.last_sent();
    } else if (what == "retry") {
        bytes = peer.retry(step.details);
    } else if (what == "raw") {
        bytes = std::string();
        for (const std::string& line : step.details)
            *bytes += (line.starts_with('|') ? line.substr(1) : line) + "\r\n";
    } else if (const auto status = parse_unsigned(what, 699)) {
        const bool names_method = sip::method_from(step.word(3)) != sip::Method::Other;
        bytes = peer.response(static_cast<int>(*status), names_method ? "" : step.rest(3),
                              names_method ? step.word(3) : "", step.details);
    } else {
        bytes = peer.request(what, step.word(3), step.details);
    }
    if (!bytes) return fail(bytes.error());
    auto& network = simulation().network();
    network.send_from(peer.address(), simulation().server(), *bytes, peer.protocol());
    if (!simulation().settle()) return fail(500, "the server never comes to rest: something posts for ever");
    deliver();
    return {};
}

// PEER < METHOD [URI] | STATUS [REASON] | nothing
Result<void> ScenarioRunner::hear(Peer& peer, const Step& step)
{
    auto& waiting = inbox_[peer.name()];
    if (step.word(2) == "nothing") {
        if (waiting.empty()) return {};
        return fail(400, fmt::format("{} was to hear nothing{}", peer.name(), described(*waiting.front())));
    }
    if (waiting.empty())
        return fail(400, fmt::format("{} waits for \"{}\", but nothing came", peer.name(), step.rest(2)));
    const sip::MessagePtr message = waiting.front();
    waiting.erase(waiting.begin());
    peer.on_received(message);
    return compare(*message, step);
}

Result<void> ScenarioRunner::compare(const sip::Message& message, const Step& step) const
{
    const std::string wanted = step.rest(2);
    const std::string start = first_line(message.bytes());
    std::string found;
    if (message.is_request()) {
        found = std::string(message.method());
        if (step.words.size() > 3) found += fmt::format(" {}", message.request_uri());
    } else {
        found = std::to_string(message.status());
        if (step.words.size() > 3) found += fmt::format(" {}", message.reason());
    }
    if (!fits_pattern(wanted, found))
        return fail(400, fmt::format("expected \"{}\", found \"{}\"{}", wanted, start, described(message)));

    std::string body;
    bool compares_body = false;
    for (const std::string& detail : step.details) {
        Result<void> fits;
        if (detail.starts_with('|')) {
            compares_body = true;
            body += std::string(trim(std::string_view(detail).substr(1))) + "\r\n";
        } else if (detail.starts_with('!')) {
            if (message.first(detail.substr(1)) != nullptr)
                fits = fail(400, fmt::format("a header {} must not be there", detail.substr(1)));
        } else {
            const std::size_t colon = detail.find(':');
            if (colon == std::string::npos)
                return fail(400, fmt::format("\"{}\" is no header: \"Name: pattern\" or \"!Name\"", detail));
            fits = compare_header(message, trim(detail.substr(0, colon)),
                                  trim(std::string_view(detail).substr(colon + 1)));
        }
        if (!fits) return fail(400, fits.error().text + described(message));
    }
    if (compares_body && message.body() != body)
        return fail(400, fmt::format("the body differs; expected\n{}{}", body, described(message)));
    return {};
}

void ScenarioRunner::deliver()
{
    for (auto& [name, peer] : peers_) {
        auto& arrived = simulation().network().received(peer.address());
        for (; !arrived.empty(); arrived.pop_front())
            if (auto message = sip::Message::parse(arrived.front().bytes)) inbox_[name].push_back(*message);
    }
}

Result<void> ScenarioRunner::nothing_unexpected()
{
    for (const auto& [name, waiting] : inbox_)
        if (!waiting.empty())
            return fail(400,
                        fmt::format("{} received what no line expects{}", name, described(*waiting.front())));
    return {};
}

}  // namespace junctor::server
