#include "test/simulation/phone.h"

#include <fmt/format.h>

#include "core/sip/write.h"

namespace junctor::simulation
{
namespace
{

constexpr Duration t2 = std::chrono::seconds(4);
constexpr Duration give_up = std::chrono::seconds(32);  // 64*T1: Timers B, F, H

std::string value(const sip::Message& message, sip::HeaderType type)
{
    const sip::Header* header = message.first(type);
    return header == nullptr ? "" : std::string(header->value);
}

// Where the dialog's requests go: the URI of the answer's Contact.
std::string remote_target(const sip::Message& answer, const std::string& otherwise)
{
    const sip::Header* contact = answer.first(sip::HeaderType::Contact);
    if (contact == nullptr) return otherwise;
    const auto parsed = sip::NameAddr::parse(contact->value);
    return parsed ? std::string(parsed->uri_text) : otherwise;
}

}  // namespace

Phone::Phone(server::Simulation& simulation, TimerWheel& timers, std::string name, Endpoint address)
    : simulation_(simulation), timers_(timers), name_(std::move(name)), address_(address)
{
}

void Phone::send(const std::string& bytes)
{
    simulation_.network().send_from(address_, simulation_.server(), bytes);
}

void Phone::repeat(std::map<std::string, Pending>& where, const std::string& key)
{
    Pending& pending = where.at(key);
    pending.spent += pending.interval;
    if (pending.spent >= give_up) {
        if (&where == &pending_) ++failed;
        where.erase(key);
        return;
    }
    send(pending.bytes);
    pending.interval *= 2;
    if (!pending.invite) pending.interval = std::min(pending.interval, t2);
    pending.timer->start(pending.interval);
}

void Phone::send_request(const std::string& method, const std::string& uri, const std::string& headers,
                         const std::string& to)
{
    const std::string branch = fmt::format("z9hG4bK{}{}", name_, ++counter_);
    Pending& pending = pending_[branch];
    pending.invite = method == "INVITE";
    pending.bytes = fmt::format(
        "{} {} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch={}\r\nMax-Forwards: 70\r\nFrom: "
        "<sip:{}@example.test>;tag={}\r\n"
        "To: {}\r\nCSeq: {} {}\r\n{}Content-Length: 0\r\n\r\n",
        method, uri, address_.text(), branch, name_, name_, to, counter_, method, headers);
    pending.timer = std::make_unique<Timer>(timers_, [this, branch] { repeat(pending_, branch); });
    pending.timer->start(pending.interval);
    send(pending.bytes);
}

void Phone::register_contact()
{
    send_request("REGISTER", "sip:example.test",
                 fmt::format("Call-ID: reg-{}\r\nContact: <sip:{}@{}>\r\nExpires: 3600\r\n", name_, name_,
                             address_.text()),
                 fmt::format("<sip:{}@example.test>", name_));
}

void Phone::call(const std::string& callee)
{
    target_ = fmt::format("sip:{}@example.test", callee);
    dialog_ = fmt::format("call-{}-{}", name_, counter_ + 1);
    send_request("INVITE", target_,
                 fmt::format("Call-ID: {}\r\nContact: <sip:{}@{}>\r\n", dialog_, name_, address_.text()),
                 fmt::format("<{}>", target_));
}

void Phone::listen()
{
    while (const auto arrived = simulation_.network().take(address_)) {
        const auto message = sip::Message::parse(arrived->bytes);
        if (!message) continue;
        if ((*message)->is_request())
            on_request(**message);
        else
            on_response(**message);
    }
}

std::string Phone::routes(const sip::Message& answer)
{
    std::vector<std::string> reversed;
    for (const sip::Header* h = answer.first(sip::HeaderType::RecordRoute); h != nullptr; h = answer.next(*h))
        reversed.insert(reversed.begin(), fmt::format("Route: {}\r\n", h->value));
    std::string all;
    for (const auto& route : reversed) all += route;
    return all;
}

void Phone::acknowledge(const sip::Message& response)
{
    const std::string call_id(response.call_id());
    acks_[call_id] = fmt::format(
        "ACK {} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bKack{}{}\r\nMax-Forwards: 70\r\n{}From: "
        "{}\r\nTo: {}\r\n"
        "Call-ID: {}\r\nCSeq: {} ACK\r\nContent-Length: 0\r\n\r\n",
        remote_target(response, target_), address_.text(), name_, ++counter_, routes(response),
        value(response, sip::HeaderType::From), value(response, sip::HeaderType::To), call_id,
        response.cseq()->number);
    send(acks_[call_id]);
}

void Phone::hang_up(const sip::Message& answer)
{
    send_request("BYE", remote_target(answer, target_),
                 fmt::format("Call-ID: {}\r\n{}", answer.call_id(), routes(answer)),
                 value(answer, sip::HeaderType::To));
}

void Phone::on_response(const sip::Message& response)
{
    const sip::Via* via = response.top_via();
    if (via == nullptr || response.cseq() == nullptr) return;
    const auto method = response.transaction_method();
    const auto pending = pending_.find(std::string(via->branch));
    if (response.status() < 200) {
        // A provisional stops an INVITE's retransmissions (§17.1.1.2); the answer may take its time.
        if (pending != pending_.end() && pending->second.invite) pending->second.timer->stop();
        return;
    }
    if (method == sip::Method::Invite && response.status() < 300) {
        const std::string call_id(response.call_id());
        if (const auto ack = acks_.find(call_id); ack != acks_.end())
            return send(ack->second);  // the 200 came again
        acknowledge(response);
        if (pending != pending_.end()) pending_.erase(pending);
        return hang_up(response);
    }
    if (method == sip::Method::Invite) {
        const auto request =
            pending == pending_.end() ? nullptr : *sip::Message::parse(pending->second.bytes);
        if (request) send(sip::write_ack(*request, response));
    }
    if (pending == pending_.end()) return;  // a repetition
    pending_.erase(pending);
    if (response.status() != 200)
        ++failed;
    else if (method == sip::Method::Register)
        ++registered;
    else if (method == sip::Method::Bye)
        ++completed;
}

void Phone::on_request(const sip::Message& request)
{
    const std::string call_id(request.call_id());
    if (request.method_id() == sip::Method::Ack) {
        answering_.erase(call_id);
        return;
    }
    sip::Reply reply;
    reply.status = 200;
    reply.reason = "OK";
    const std::string tag = name_ + "-tag";
    reply.to_tag = tag;
    const std::string contact = fmt::format("Contact: <sip:{}@{}>\r\n", name_, address_.text());
    reply.source = simulation_.server();
    if (request.method_id() == sip::Method::Invite) {
        reply.headers = contact;
        const std::string bytes = sip::write_reply(request, reply);
        send(bytes);
        if (answering_.count(call_id) > 0 || over_.count(call_id) > 0) return;
        Pending& pending = answering_[call_id];
        pending.bytes = bytes;
        pending.timer = std::make_unique<Timer>(timers_, [this, call_id] { repeat(answering_, call_id); });
        pending.timer->start(pending.interval);
        return;
    }
    send(sip::write_reply(request, reply));
    if (request.method_id() == sip::Method::Bye && over_.emplace(call_id, true).second) {
        ++taken;
        answering_.erase(call_id);  // its ACK was lost, and nobody will send it again
    }
}

}  // namespace junctor::simulation
