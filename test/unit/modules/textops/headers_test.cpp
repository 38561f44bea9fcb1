// Header lines in and out, and what our replies get.
#include "test/unit/modules/textops/textops.h"

using namespace junctor;
using textops::Fixture;

TEST_CASE_METHOD(Fixture, "append_hf puts lines behind the last header, in call order", "[textops]")
{
    CHECK(call("append_hf", {"P-One: $fU\r\n"}) == 1);
    CHECK(call("append_hf", {"P-Two: 2\r\n"}) == 1);
    CHECK(leaves_with("\r\nP-One: alice\r\nP-Two: 2\r\n\r\nv=0"));
}

TEST_CASE_METHOD(Fixture, "append_hf and insert_hf beside a named header", "[textops]")
{
    CHECK(call("append_hf", {"P-Behind: 1\r\n", "x-note"}) == 1);
    CHECK(call("insert_hf", {"P-Before: 1\r\n", "m"}) == 1);  // compact form of Contact
    CHECK(leaves_with("P-Before: 1\r\nContact: "));
    CHECK(leaves_with("X-Note: one\r\nP-Behind: 1\r\nX-Note: two\r\n"));
    CHECK(call("append_hf", {"P-Last: 1\r\n", "X-Absent"}) == 1);
    CHECK(leaves_with("P-Last: 1\r\n\r\nv=0"));
    CHECK(call("insert_hf", {"P-First: 1\r\n", "X-Absent"}) == 1);
    CHECK(leaves_with("SIP/2.0\r\nP-First: 1\r\nVia: "));
    CHECK(textops.refusal("append_hf", {"x", ""}) == "a header's name was expected, without its colon");
}

TEST_CASE_METHOD(Fixture, "an inserted header leaves once, whatever the proxy adds", "[textops]")
{
    CHECK(call("insert_hf", {"P-First: 1\r\n"}) == 1);
    CHECK(call("insert_hf", {"P-Second: 1\r\n"}) == 1);
    const std::string sent = forwarded();
    CHECK(sent.find("P-First: 1\r\nP-Second: 1\r\n") != std::string::npos);
    CHECK(sent.find("P-First") == sent.rfind("P-First"));
}

TEST_CASE_METHOD(Fixture, "a text may grow to 1023 bytes with its variables, and to any length without",
                 "[textops]")
{
    message->avps().add({std::string("x")}, std::string(1000, 'x'));
    CHECK(call("append_hf", {"X-Long-Header-Name: $avp(s:x)\r\n"}) == 1);
    CHECK(call("append_hf", {"X-Long-Header-Name-Too: $avp(s:x)\r\n"}) == -1);
    CHECK(call("append_hf", {"X: " + std::string(2000, 'y') + "\r\n"}) == 1);
    CHECK(leaves_with(std::string(2000, 'y')));
    CHECK_FALSE(leaves_with("-Too"));
    CHECK(textops.refusal("append_hf", {"X: $nosuch\r\n"}).find("no pseudo-variable") == 0);
}

TEST_CASE_METHOD(Fixture, "append_urihf uses the Request-URI as received", "[textops]")
{
    message->set_uri("sip:elsewhere@example.test");
    CHECK(call("append_urihf", {"CC-Diversion: <", ">\r\n"}) == 1);
    CHECK(leaves_with("CC-Diversion: <sip:bob@example.test>\r\n\r\nv=0"));
}

TEST_CASE_METHOD(Fixture, "remove_hf takes out every header of a name", "[textops]")
{
    CHECK(call("remove_hf", {"x-note"}) == 1);
    CHECK_FALSE(leaves_with("X-Note"));
    CHECK(call("remove_hf", {"X-Absent"}) == -1);
    CHECK(call("remove_hf", {"m"}) == 1);
    CHECK_FALSE(leaves_with("Contact"));
    CHECK(leaves_with("Content-Type: application/sdp\r\n"));
}

TEST_CASE_METHOD(Fixture, "is_present_hf asks for a received header", "[textops]")
{
    CHECK(call("is_present_hf", {"X-NOTE"}) == 1);
    CHECK(call("is_present_hf", {"t"}) == 1);
    CHECK(call("is_present_hf", {"X-Absent"}) == -1);
    CHECK(call("append_hf", {"X-Absent: now here\r\n"}) == 1);
    CHECK(call("is_present_hf", {"X-Absent"}) == -1);
    CHECK(call("remove_hf", {"X-Note"}) == 1);
    CHECK(call("is_present_hf", {"X-Note"}) == 1);
    CHECK_FALSE(textops.refusal("is_present_hf", {"To:"}).empty());
}

TEST_CASE_METHOD(Fixture, "replies of ours get what append_to_reply and append_time say", "[textops]")
{
    env.clock.advance(std::chrono::hours(9) + std::chrono::seconds(5));
    CHECK(call("append_to_reply", {"P-Hint: $rU\r\n"}) == 1);
    CHECK(call("append_time") == 1);
    CHECK(message->reply_headers == "P-Hint: bob\r\nDate: Mon, 12 Mar 2007 09:00:05 GMT\r\n");
    CHECK(leaves_unchanged());
}
