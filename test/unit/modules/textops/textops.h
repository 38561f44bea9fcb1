// textops as the script sees it, and messages with something to search in.
#pragma once

#include "core/sip/write.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::textops
{
class Textops;

struct Fixture {
    test::TestEnvironment env;
    test::ModuleUnderTest<Textops> textops{env};
    std::unique_ptr<Message> message = env.request(
        "sip:bob@example.test",
        "Contact: <sip:alice@10.0.0.7:5060>\nX-Note: one\nX-Note: two\nContent-Type: application/sdp\n",
        "v=0\r\nc=IN IP4 10.0.0.7\r\nm=audio 49170 RTP/AVP 0\r\na=one\r\na=two\r\n");

    int call(std::string_view function, const std::vector<std::string>& arguments = {})
    {
        return textops.call(*message, function, arguments);
    }
    // What the message becomes when it leaves, up to the byte.
    bool leaves_with(std::string_view text) { return env.edited(*message).find(text) != std::string::npos; }
    std::string forwarded()
    {
        sip::ForwardedRequest how;
        how.uri = message->uri();
        how.edits = &message->edits;
        how.branch = "z9hG4bKx";
        how.source = env.peer;
        return sip::write_forwarded_request(message->sip(), how,
                                            message->send_path(env.transport.sockets()[0]));
    }
    bool leaves_unchanged() { return env.edited(*message) == message->sip().bytes(); }
};

}  // namespace junctor::textops
