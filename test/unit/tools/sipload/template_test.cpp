#include "tools/sipload/template.h"

#include <catch2/catch.hpp>

#include "core/sip/check.h"
#include "core/sip/message.h"

using namespace junctor;
using namespace junctor::load;

namespace
{

Options options_for(Protocol protocol = Protocol::Udp)
{
    Options options;
    options.target = *Endpoint::parse("192.0.2.1:5060");
    options.protocol = protocol;
    options.local = *IpAddress::parse("192.0.2.9");
    options.domain = "example.test";
    return options;
}

std::string rendered(const Template& text, Values values = {})
{
    values.user = 7;
    values.peer = 507;
    values.identity = {0x2a, 0x113, '1'};
    values.local = "192.0.2.9:40000";
    std::string out;
    text.append(values, out);
    return out;
}

}  // namespace

TEST_CASE("what sipload sends is valid SIP", "[sipload]")
{
    const Options options = options_for();
    const Templates templates(options);
    Values dialog;
    dialog.to = "<sip:u507@example.test>;tag=b";
    dialog.target = "sip:callee@192.0.2.9:40000";
    dialog.headers = "Route: <sip:192.0.2.1;lr>\r\n";
    const std::string messages[] = {rendered(templates.options),
                                    rendered(templates.register_),
                                    rendered(templates.message),
                                    rendered(templates.invite),
                                    rendered(templates.ack_to_failure, dialog),
                                    rendered(templates.ack, dialog),
                                    rendered(templates.bye, dialog)};
    for (const std::string& bytes : messages) {
        CAPTURE(bytes);
        const auto message = sip::Message::parse(bytes);
        REQUIRE(message);
        CHECK(sip::check_message(**message));
        CHECK((*message)->top_via()->branch == "z9hG4bKsl0000002a000001131");
        CHECK((*message)->bytes().size() == bytes.size());  // nothing behind the announced body
        CHECK(Identity::find(bytes)->slot == 0x2a);
    }
}

TEST_CASE("over TCP Via and Contact say so", "[sipload]")
{
    const std::string text = rendered(Templates(options_for(Protocol::Tcp)).register_);
    CHECK(text.find("Via: SIP/2.0/TCP 192.0.2.9:40000") != std::string::npos);
    CHECK(text.find("Contact: <sip:u7@192.0.2.9:40000;transport=tcp>") != std::string::npos);
}

TEST_CASE("a template with a field that there is none of is our own mistake", "[sipload]")
{
    CHECK_THROWS(Template(options_for(), "OPTIONS {nonsense} SIP/2.0\n"));
    CHECK_THROWS(Template(options_for(), "OPTIONS {user SIP/2.0\n"));
}
