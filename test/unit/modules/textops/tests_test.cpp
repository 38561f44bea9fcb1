// Questions about a message: method, body, privacy; and where each function may be called.
#include "test/unit/modules/textops/textops.h"

using namespace junctor;
using textops::Fixture;

TEST_CASE_METHOD(Fixture, "is_method knows one method or several", "[textops]")
{
    CHECK(call("is_method", {"INVITE"}) == 1);
    CHECK(call("is_method", {"invite"}) == 1);
    CHECK(call("is_method", {"ACK"}) == -1);
    CHECK(call("is_method", {"BYE|INVITE"}) == 1);
    CHECK(call("is_method", {"BYE, ACK,INVITE"}) == 1);
    CHECK(call("is_method", {"BYE|ACK"}) == -1);
    message = env.reply(200, "OK");
    CHECK(call("is_method", {"INVITE"}) == 1);  // of the CSeq
    message = env.request("sip:b@h", {}, {}, "JUMP");
    CHECK(call("is_method", {"jump"}) == 1);
    CHECK(call("is_method", {"HOP"}) == -1);
    CHECK(call("is_method", {"INVITE"}) == -1);

    CHECK(textops.refusal("is_method", {"OPTION|UPDATE"}).find("\"OPTION\" is no method of a list") == 0);
    CHECK(textops.refusal("is_method", {""}).find("a method was expected") == 0);
    CHECK(textops.refusal("is_method", {"INVITE|"}).find("a method was expected") == 0);
}

TEST_CASE_METHOD(Fixture, "has_body asks for a body, and for its type", "[textops]")
{
    CHECK(call("has_body") == 1);
    CHECK(call("has_body", {""}) == 1);
    CHECK(call("has_body", {"application/sdp"}) == 1);
    CHECK(call("has_body", {"Application/SDP"}) == 1);
    CHECK(call("has_body", {"text/plain"}) == -1);

    message = env.request("sip:b@h", "Content-Type: text/plain;charset=utf-8\n", "hello");
    CHECK(call("has_body", {"text/plain"}) == 1);
    message = env.request("sip:b@h", "Content-Type: image/jpeg\n", "hello");
    CHECK(call("has_body", {"image/png"}) == -1);
    CHECK(call("has_body", {"image/jpeg"}) == 1);
    message = env.request("sip:b@h", {}, "v=0");
    CHECK(call("has_body", {"application/sdp"}) == 1);  // what a body is when nothing says
    message = env.request("sip:b@h", "Content-Length: 0\n");
    CHECK(call("has_body") == -1);
    CHECK(call("has_body", {"application/sdp"}) == -1);
    message = env.request();
    CHECK(call("has_body") == -1);

    CHECK_FALSE(textops.refusal("has_body", {"text"}).empty());
    CHECK_FALSE(textops.refusal("has_body", {"text/plain, text/html"}).empty());
    CHECK_FALSE(textops.refusal("has_body", {"text/plain;charset=utf-8"}).empty());
}

TEST_CASE_METHOD(Fixture, "is_privacy looks for a value of the Privacy header", "[textops]")
{
    const auto privacy = [&](std::string_view header, const char* value) {
        message = env.request("sip:b@h", "Privacy: " + std::string(header) + "\n");
        return call("is_privacy", {value});
    };
    CHECK(privacy("id", "id") == 1);
    CHECK(privacy("user,id, critical", "critical") == 1);
    CHECK(privacy("user;id", "id") == 1);  // as RFC 3323 has it
    CHECK(privacy("User", "user") == 1);
    CHECK(privacy("user,id", "session") == -1);
    CHECK(privacy("none", "none") == 1);
    CHECK(privacy("none,id", "id") == -1);
    CHECK(privacy("id,nonsense", "id") == -1);
    CHECK(privacy("id,", "id") == -1);
    message = env.request();
    CHECK(call("is_privacy", {"id"}) == -1);
    for (const auto* value : {"user", "header", "session", "none", "critical", "id", "history"})
        CHECK(textops.refusal("is_privacy", {value}).empty());
    CHECK_FALSE(textops.refusal("is_privacy", {"all"}).empty());
}

TEST_CASE_METHOD(Fixture, "where textops' functions may be called", "[textops]")
{
    using enum Route;
    constexpr RouteMask usual = Request | Failure | OnReply | Branch;
    const std::map<std::string, RouteMask> special{
        {"append_urihf", Request | Failure | Branch},
        {"append_to_reply", Request | Branch | Error},
        {"append_time", Request | Failure | Branch},
    };
    CHECK(textops.loaded().functions.size() == 25);
    for (const auto& function : textops.loaded().functions) {
        INFO(function.name);
        const auto found = special.find(function.name);
        CHECK(function.routes == (found == special.end() ? usual : found->second));
        CHECK_FALSE(function.waits);
    }
}
