#include "core/server/scenario/peer.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/sip/digest.h"
#include "core/sip/write.h"

namespace junctor::server
{

using sip::HeaderType;

// The headers of a message being built, in order; `body` last.
struct Peer::Headers {
    std::vector<std::pair<std::string, std::string>> lines;
    std::vector<std::string> left_out;
    std::string body;
    bool has_body = false;

    explicit Headers(const std::vector<std::string>& details)
    {
        for (const std::string& detail : details) {
            if (detail.starts_with('|')) {
                has_body = true;
                body += std::string(trim(std::string_view(detail).substr(1))) + "\r\n";
            } else if (detail.starts_with('!')) {
                left_out.push_back(detail.substr(1));
            } else {
                const std::size_t colon = detail.find(':');
                lines.emplace_back(
                    std::string(trim(detail.substr(0, colon))),
                    colon == std::string::npos ? "" : std::string(trim(detail.substr(colon + 1))));
            }
        }
    }
    bool given(std::string_view name) const
    {
        for (const auto& line : lines)
            if (sip::same_header(line.first, name)) return true;
        for (const auto& out : left_out)
            if (sip::same_header(out, name)) return true;
        return false;
    }
    std::string_view value(std::string_view name) const
    {
        for (const auto& line : lines)
            if (sip::same_header(line.first, name)) return line.second;
        return {};
    }
    void fill(std::string name, std::string value)
    {
        if (!given(name)) lines.emplace_back(std::move(name), std::move(value));
    }
    void copy_all(const sip::Message& from, HeaderType type)
    {
        if (given(sip::to_text(type))) return;
        for (const sip::Header* h = from.first(type); h != nullptr; h = from.next(*h))
            lines.emplace_back(std::string(sip::to_text(type)), std::string(h->value));
    }
};

namespace
{

std::string header_value(const sip::Message& message, HeaderType type)
{
    const sip::Header* header = message.first(type);
    return header == nullptr ? std::string() : std::string(header->value);
}

std::vector<std::string> route_set(const sip::Message& message, bool reversed)
{
    std::vector<std::string> routes;
    for (const sip::Header* h = message.first(HeaderType::RecordRoute); h != nullptr; h = message.next(*h))
        if (const auto list = sip::parse_name_addr_list(h->value))
            for (const auto& element : *list) routes.emplace_back(element.whole);
    if (reversed) std::reverse(routes.begin(), routes.end());
    return routes;
}

std::string contact_uri(const sip::Message& message)
{
    const sip::Header* contact = message.first(HeaderType::Contact);
    if (contact == nullptr) return {};
    const auto parsed = sip::NameAddr::parse(sip::first_list_element(contact->value));
    return parsed ? std::string(parsed->uri_text) : std::string();
}

std::string_view host_of(std::string_view uri)
{
    const auto parsed = sip::Uri::parse(uri);
    return parsed ? parsed->host : std::string_view("example.test");
}

}  // namespace

Peer::Peer(std::string name, Endpoint address, Protocol protocol)
    : name_(std::move(name)), address_(address), protocol_(protocol), user_(name_)
{
}

std::string Peer::new_branch()
{
    return fmt::format("z9hG4bK-{}-{}", name_, ++counter_);
}

std::string Peer::new_tag()
{
    return fmt::format("{}-tag-{}", name_, ++counter_);
}

void Peer::fill_new(Headers& headers, std::string_view method, std::string_view uri)
{
    const bool registering = method == "REGISTER";
    const std::string aor = fmt::format("sip:{}@{}", name_, host_of(uri));
    headers.fill(
        "Via", fmt::format("SIP/2.0/{} {};branch={}", to_via_text(protocol_), address_.text(), new_branch()));
    headers.fill("Max-Forwards", "70");
    headers.fill("From", fmt::format("<{}>;tag={}", aor, new_tag()));
    headers.fill("To", registering ? "<" + aor + ">" : fmt::format("<{}>", uri));
    headers.fill("Call-ID", registering ? fmt::format("registration-of-{}", name_)
                                        : fmt::format("call-{}@{}", ++counter_, name_));
    headers.fill("CSeq", fmt::format("{} {}", ++cseq_, method));
    if (method == "INVITE" || method == "SUBSCRIBE" || method == "REFER")
        headers.fill("Contact", fmt::format("<sip:{}@{}>", name_, address_.text()));
}

void Peer::fill_in_dialog(Headers& headers, std::string_view method, std::string& uri)
{
    // The dialog of the last INVITE we sent, or of the one we were sent.
    const bool ours = last_request_sent_ && last_response_;
    const sip::Message& opener = ours ? *last_request_sent_ : *last_request_received_;
    const bool to_failed = ours && last_response_->status() >= 300;
    const bool hop_by_hop = method == "CANCEL" || (method == "ACK" && to_failed);

    std::string branch = new_branch();
    if (hop_by_hop && opener.top_via() != nullptr) branch = std::string(opener.top_via()->branch);
    headers.fill("Via",
                 fmt::format("SIP/2.0/{} {};branch={}", to_via_text(protocol_), address_.text(), branch));
    headers.fill("Max-Forwards", "70");

    if (ours) {
        headers.fill("From", header_value(opener, HeaderType::From));
        headers.fill("To", header_value(method == "CANCEL" ? opener : *last_response_, HeaderType::To));
    } else {
        const std::string to = header_value(opener, HeaderType::To);
        headers.fill("From", to.find(";tag=") == std::string::npos ? to + ";tag=" + to_tag_ : to);
        headers.fill("To", header_value(opener, HeaderType::From));
    }
    headers.fill("Call-ID", std::string(opener.call_id()));

    const bool same_number = method == "ACK" || method == "CANCEL";
    const std::uint32_t number = same_number && opener.cseq() != nullptr ? opener.cseq()->number : ++cseq_;
    headers.fill("CSeq", fmt::format("{} {}", number, method));

    if (hop_by_hop) {
        if (uri.empty()) uri = opener.request_uri();
        headers.copy_all(opener, HeaderType::Route);
        return;
    }
    const sip::Message& remote = ours ? *last_response_ : opener;
    if (uri.empty()) uri = contact_uri(remote);
    if (uri.empty()) uri = opener.request_uri();
    if (!headers.given("Route"))
        for (const std::string& route : route_set(remote, ours)) headers.lines.emplace_back("Route", route);
}

std::string Peer::finish(std::string start_line, Headers headers)
{
    if (headers.has_body) headers.fill("Content-Type", "application/sdp");
    headers.fill("Content-Length", std::to_string(headers.body.size()));
    std::string text = std::move(start_line) + "\r\n";
    for (const auto& [name, value] : headers.lines) text += fmt::format("{}: {}\r\n", name, value);
    text += "\r\n" + headers.body;
    last_sent_ = text;
    return text;
}

Result<std::string> Peer::request(std::string_view method, std::string_view uri,
                                  const std::vector<std::string>& details)
{
    Headers headers(details);
    std::string target(uri);
    const bool follows = method == "ACK" || method == "CANCEL" || uri.empty();
    const bool has_dialog =
        (last_request_sent_ && (last_response_ || method == "CANCEL")) || last_request_received_;
    if (follows && has_dialog) {
        if (method == "CANCEL" && !last_response_)
            last_response_ = last_request_sent_;  // To without a tag: as sent
        fill_in_dialog(headers, method, target);
    } else if (uri.empty()) {
        return fail(400, fmt::format("{} has no conversation yet: name the URI of the {}", name_, method));
    } else {
        fill_new(headers, method, uri);
    }
    std::string text = finish(fmt::format("{} {} SIP/2.0", method, target), std::move(headers));
    if (method != "ACK" && method != "CANCEL") {
        if (auto parsed = sip::Message::parse(text)) {
            const bool same_dialog = follows && has_dialog;
            if (!same_dialog) last_response_ = nullptr;
            last_request_sent_ = *parsed;
        }
    }
    return text;
}

Result<std::string> Peer::credentials(std::string_view method, std::string_view uri) const
{
    const bool proxy = last_response_->status() == 407;
    const sip::Header* challenge =
        last_response_->first(proxy ? HeaderType::ProxyAuthenticate : HeaderType::WwwAuthenticate);
    if (challenge == nullptr) return fail(400, "the last answer holds no challenge");
    // A challenge has the form of credentials that lack a few parameters.
    std::string_view list = challenge->value.substr(std::min<std::size_t>(7, challenge->value.size()));
    std::string realm, nonce, qop, algorithm;
    while (const auto parameter = sip::next_parameter(list, ',')) {
        std::string_view value = parameter->value;
        if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
        if (iequals(parameter->name, "realm")) realm = value;
        if (iequals(parameter->name, "nonce")) nonce = value;
        if (iequals(parameter->name, "qop")) qop = value;
        if (iequals(parameter->name, "algorithm")) algorithm = value;
    }
    std::string text =
        fmt::format("Digest username=\"{}\",realm=\"{}\",nonce=\"{}\",uri=\"{}\"", user_, realm, nonce, uri);
    if (!algorithm.empty()) text += ",algorithm=" + algorithm;
    if (!qop.empty()) text += ",qop=auth,nc=00000001,cnonce=\"abcdef\"";
    const std::size_t digits = iequals(algorithm, "SHA-256") ? 64 : 32;
    const std::string probe = text + ",response=\"" + std::string(digits, '0') + "\"";
    const auto parsed = sip::DigestCredentials::parse(probe);
    if (!parsed) return fail(parsed.error());
    const std::string ha1 = sip::digest_ha1(parsed->algorithm, user_, realm, password_);
    return text + fmt::format(",response=\"{}\"", sip::digest_response(*parsed, ha1, method, {}));
}

Result<std::string> Peer::retry(const std::vector<std::string>& details)
{
    if (!last_request_sent_) return fail(400, name_ + " has sent nothing that could be sent again");
    const sip::Message& before = *last_request_sent_;
    Headers headers(details);
    headers.fill(
        "Via", fmt::format("SIP/2.0/{} {};branch={}", to_via_text(protocol_), address_.text(), new_branch()));
    const std::string method(before.method()), uri(before.request_uri());
    headers.fill("CSeq", fmt::format("{} {}", ++cseq_, method));
    if (last_response_ && (last_response_->status() == 401 || last_response_->status() == 407)) {
        auto value = credentials(method, uri);
        if (!value) return fail(value.error());
        headers.fill(last_response_->status() == 407 ? "Proxy-Authorization" : "Authorization",
                     std::move(*value));
    }
    for (const sip::Header& header : before.headers()) {
        const bool replaced = header.type == HeaderType::Via || header.type == HeaderType::CSeq ||
                              header.type == HeaderType::Authorization ||
                              header.type == HeaderType::ProxyAuthorization ||
                              header.type == HeaderType::ContentLength;
        if (!replaced && !headers.given(header.name)) headers.lines.emplace_back(header.name, header.value);
    }
    if (!headers.has_body) headers.body = before.body();
    headers.has_body = false;  // its Content-Type was copied
    std::string text = finish(fmt::format("{} {} SIP/2.0", method, uri), std::move(headers));
    if (auto parsed = sip::Message::parse(text)) last_request_sent_ = *parsed;
    last_response_ = nullptr;
    return text;
}

Result<std::string> Peer::response(int status, std::string_view reason, std::string_view method,
                                   const std::vector<std::string>& details)
{
    sip::MessagePtr answered = last_request_received_;
    if (!method.empty()) {
        answered = nullptr;
        for (const auto& request : received_requests_)
            if (request->method() == method) answered = request;
    }
    if (!answered)
        return fail(
            400, fmt::format("{} has received no {} to answer", name_, method.empty() ? "request" : method));
    Headers headers(details);
    headers.copy_all(*answered, HeaderType::Via);
    headers.copy_all(*answered, HeaderType::RecordRoute);
    headers.fill("From", header_value(*answered, HeaderType::From));
    std::string to = header_value(*answered, HeaderType::To);
    if (status > 100 && to.find(";tag=") == std::string::npos) {
        if (to_tag_.empty()) to_tag_ = new_tag();
        to += ";tag=" + to_tag_;
    }
    headers.fill("To", to);
    headers.fill("Call-ID", std::string(answered->call_id()));
    headers.fill("CSeq", header_value(*answered, HeaderType::CSeq));
    if (answered->method_id() == sip::Method::Invite && status > 100 && status < 300)
        headers.fill("Contact", fmt::format("<sip:{}@{}>", name_, address_.text()));
    return finish(fmt::format("SIP/2.0 {} {}", status, reason.empty() ? sip::reason_phrase(status) : reason),
                  std::move(headers));
}

void Peer::on_received(sip::MessagePtr message)
{
    if (!message->is_request()) {
        const bool to_ours = last_request_sent_ && message->call_id() == last_request_sent_->call_id() &&
                             message->transaction_method() == last_request_sent_->method_id();
        if (to_ours && message->status() > 100) last_response_ = message;
        return;
    }
    const auto method = message->method_id();
    received_requests_.push_back(message);
    if (method == sip::Method::Ack || method == sip::Method::Cancel) return;
    if (!last_request_received_ || last_request_received_->call_id() != message->call_id()) to_tag_.clear();
    last_request_received_ = std::move(message);
}

}  // namespace junctor::server
