#include "core/script/message.h"

#include "core/base/log.h"
#include "core/runtime/worker.h"
#include "core/transport/local_name.h"

namespace junctor::script
{

std::string_view to_text(Route route)
{
    switch (route) {
        case Route::Request: return "route";
        case Route::Failure: return "failure_route";
        case Route::OnReply: return "onreply_route";
        case Route::Branch: return "branch_route";
        case Route::Error: return "error_route";
    }
    return {};
}

Message::Message(Environment& environment, sip::MessagePtr sip, const transport::Flow& flow)
    : environment_(environment),
      sip_(std::move(sip)),
      flow_(flow),
      id_(++environment.messages),
      received_at_(environment.worker.clock().wall())
{
}

Message::Message(const Message&) = default;

Message::~Message() = default;

std::unique_ptr<Message> Message::copy() const
{
    shared_avps();  // what either of them sets, both have
    std::unique_ptr<Message> message(new Message(*this));
    message->transaction.reset();
    message->parsed_uri_.reset();  // it has views into our text
    return message;
}

std::string_view Message::uri() const
{
    return target_.uri.empty() ? sip_->request_uri() : std::string_view(target_.uri);
}

const sip::Uri* Message::parsed_uri()
{
    if (!is_request()) return nullptr;
    if (!parsed_uri_) {
        if (!is_uri_rewritten() && sip_->uri() != nullptr)
            parsed_uri_ = *sip_->uri();
        else if (const auto parsed = sip::Uri::parse(uri()))
            parsed_uri_ = *parsed;
        else if (parse_error.error_class == 0)  // once an action; error_route clears it
            set_parse_error("the Request-URI does not parse: " + parsed.error().text, "Bad Request-URI");
    }
    return parsed_uri_ ? &*parsed_uri_ : nullptr;
}

void Message::set_uri(std::string uri)
{
    target_.uri = std::move(uri);
    parsed_uri_.reset();
}

void Message::revert_uri()
{
    target_.uri.clear();
    parsed_uri_.reset();
}

bool Message::append_branch(Target target)
{
    if (branches_.size() + 1 >= max_branches) return false;
    branches_.push_back(std::move(target));
    return true;
}

Code Message::fail(const Error& error, Code code, Failure why)
{
    failure = why;
    LogScope scope(sip_->call_id());  // a function that waited has lost that of the interpreter
    if (place) scope.at(*place);
    log_warning("script", "{}; the function returns {}", error.text, code.value);
    return code;
}

void Message::set_parse_error(std::string info, std::string reason, int reply_code)
{
    log_warning("script", "{}", info);
    parse_error = {1, 3, reply_code, std::move(info), std::move(reason)};
}

sip::SendPath Message::send_path(const transport::ListenSocket& sent_from) const
{
    const transport::ListenSocket& received_on = flow_.socket != nullptr ? *flow_.socket : sent_from;
    sip::SendPath path{transport::local_name(received_on), transport::local_name(sent_from),
                       received_on.id == sent_from.id};

    // What the script says of this message counts more than what it says of all.
    const Settings& settings = environment_.settings;
    const std::string& address =
        advertised_address.empty() ? settings.advertised_address : advertised_address;
    if (!address.empty()) path.sent_from.host = address;
    if (const auto port = advertised_port != 0 ? advertised_port : settings.advertised_port; port != 0) {
        path.sent_from.port = port;
        path.sent_from.advertised_port = true;
    }
    return path;
}

}  // namespace junctor::script
