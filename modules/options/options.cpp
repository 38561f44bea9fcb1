// options: answers OPTIONS requests to this server itself (RFC 3261 §11.2).
#include "core/module/module.h"
#include "modules/sl/sl.h"

namespace junctor::options
{

namespace
{

constexpr Code answered{0}, not_answered{-1};  // 0 ends the script

}  // namespace

class Options final : public Module
{
public:
    static void declare(Declaration<Options>& d)
    {
        d.param("accept", &Options::accept_, "Accept of the answer");
        d.param("accept_encoding", &Options::accept_encoding_, "Accept-Encoding of the answer");
        d.param("accept_language", &Options::accept_language_, "Accept-Language of the answer");
        d.param("support", &Options::support_, "Supported of the answer");
        d.function("options_reply", &Options::options_reply, {Route::Request},
                   "answers an OPTIONS to a URI without user with 200 and ends the script");
    }

    Result<void> start(StartContext& context) override
    {
        sl_ = context.find<sl::StatelessReplies>("sl");
        if (sl_ == nullptr) return fail("options needs sl: load it before");
        headers_ = "Accept: " + accept_ + "\r\nAccept-Encoding: " + accept_encoding_ +
                   "\r\nAccept-Language: " + accept_language_ + "\r\nSupported: " + support_ + "\r\n";
        return {};
    }

private:
    Code options_reply(Message& message)
    {
        if (message.sip().method_id() != sip::Method::Options) return not_answered;
        const sip::Uri* uri = message.parsed_uri();
        if (uri == nullptr || !uri->user.empty()) return not_answered;  // it is for somebody behind us
        const std::size_t before = message.reply_headers.size();
        message.reply_headers += headers_;
        const bool sent = sl_->reply(message, 200, "OK");
        message.reply_headers.resize(before);
        return sent ? answered : not_answered;
    }

    std::string accept_ = "*/*", accept_encoding_, accept_language_ = "en", support_;
    std::string headers_;
    sl::StatelessReplies* sl_ = nullptr;
};

}  // namespace junctor::options

JUNCTOR_MODULE(junctor::options::Options)
