#include "test/unit/support/module_under_test.h"

namespace junctor::uri
{
class UriModule;
}

using namespace junctor;

namespace
{

struct Fixture {
    test::TestEnvironment env;
    test::ModuleUnderTest<uri::UriModule> uri{env};

    int call(std::string_view request_uri, std::string_view function,
             const std::vector<std::string>& arguments)
    {
        const auto message = env.request(request_uri);
        return uri.call(*message, function, arguments);
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "is_user compares with the verified credentials alone", "[uri]")
{
    const auto message =
        env.request("sip:bob@example.test",
                    "Authorization: Digest username=\"mallory\", realm=\"r\", nonce=\"n\", uri=\"sip:r\", "
                    "response=\"6629fae49393a05397450978507c4ef1\"\n");
    CHECK(uri.call(*message, "is_user", {"mallory"}) == -1);
    message->authorized_header =
        "Proxy-Authorization: Digest username=\"alice@example.test\", realm=\"r\", nonce=\"n\", "
        "uri=\"sip:r\", "
        "response=\"6629fae49393a05397450978507c4ef1\"\r\n";
    CHECK(uri.call(*message, "is_user", {"alice"}) == 1);
    CHECK(uri.call(*message, "is_user", {"Alice"}) == -1);
    CHECK(uri.call(*message, "is_user", {"alic"}) == -1);
    CHECK(uri.call(*message, "is_user", {"mallory"}) == -1);
}

TEST_CASE_METHOD(Fixture, "has_totag tells requests within a dialog", "[uri]")
{
    CHECK(uri.call(*env.request(), "has_totag") == -1);
    CHECK(uri.call(*env.reply(200, "OK"), "has_totag") == 1);
    const auto no_to = env.receive("BYE sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nTo: <<\n\n");
    CHECK(uri.call(*no_to, "has_totag") == -1);
}

TEST_CASE_METHOD(Fixture, "uri_param(name) is for parameters without a value", "[uri]")
{
    const std::string_view target = "sip:bob@h;lr;user=phone;empty=;dup;dup=1";
    CHECK(call(target, "uri_param", {"lr"}) == 1);
    CHECK(call(target, "uri_param", {"empty"}) == 1);
    CHECK(call(target, "uri_param", {"user"}) == -1);
    CHECK(call(target, "uri_param", {"LR"}) == -1);
    CHECK(call(target, "uri_param", {"none"}) == -1);
    CHECK(call(target, "uri_param", {"dup"}) == 1);  // the first decides
    CHECK(call(target, "uri_param", {"user", "phone"}) == 1);
    CHECK(call(target, "uri_param", {"user", "Phone"}) == -1);
    CHECK(call(target, "uri_param", {"dup", "1"}) == -1);
    CHECK(call("sip:@h", "uri_param", {"lr"}) == -1);
}

TEST_CASE_METHOD(Fixture, "add_uri_param puts a parameter behind the others", "[uri]")
{
    const auto added = [&](std::string_view target, std::string text) {
        const auto message = env.request(target);
        const int code = uri.call(*message, "add_uri_param", {std::move(text)});
        return std::to_string(code) + " " + std::string(message->uri());
    };
    CHECK(added("sip:bob@h", "a=1") == "1 sip:bob@h;a=1");
    CHECK(added("sip:bob@h;lr", "a=1") == "1 sip:bob@h;lr;a=1");
    CHECK(added("sips:bob:pw@h:5070;lr?Subject=x", "a=1") == "1 sips:bob:pw@h:5070;lr;a=1?Subject=x");
    CHECK(added("sip:bob@h", "") == "1 sip:bob@h");
    CHECK(added("sip:@h", "a=1") == "-1 sip:@h");
    CHECK(added("sip:bob@h", std::string(1020, 'a')) == "-1 sip:bob@h");
}

TEST_CASE_METHOD(Fixture, "tel2sip makes a SIP URI at the caller's domain", "[uri]")
{
    const auto changed = [&](std::string_view target) {
        const auto message = env.request(target);
        const int code = uri.call(*message, "tel2sip");
        return std::to_string(code) + " " + std::string(message->uri());
    };
    CHECK(changed("tel:+1-201-555-0123") == "1 sip:+1-201-555-0123@example.test;user=phone");
    CHECK(changed("tel:863-1234;phone-context=+1") ==
          "1 sip:863-1234;phone-context=+1@example.test;user=phone");
    CHECK(changed("sip:bob@h") == "1 sip:bob@h");
    const auto no_from =
        env.receive("INVITE tel:+12 SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <<\n\n");
    CHECK(uri.call(*no_from, "tel2sip") == -1);
}

TEST_CASE_METHOD(Fixture, "is_uri_user_e164 wants a plus and 2 to 15 digits", "[uri]")
{
    const auto e164 = [&](std::string_view target) { return call(target, "is_uri_user_e164", {"$ru"}); };
    CHECK(e164("sip:+358401234567@h") == 1);
    CHECK(e164("tel:+12") == 1);
    CHECK(e164("sip:+123456789012345@h") == 1);
    CHECK(e164("sip:+1234567890123456@h") == -1);
    CHECK(e164("sip:+1@h") == -1);
    CHECK(e164("sip:358401234567@h") == -1);
    CHECK(e164("sip:+12x4@h") == -1);
    CHECK(e164("sip:h") == -1);
    CHECK(call("sip:h", "is_uri_user_e164", {"$avp(s:none)"}) == -1);
    CHECK(call("sip:h", "is_uri_user_e164", {"$fU"}) == -1);  // a user, no URI
    CHECK(uri.refusal("is_uri_user_e164", {"+123"}) == "a pseudo-variable starts with $");
}

TEST_CASE_METHOD(Fixture, "where uri's functions may be called", "[uri]")
{
    for (const auto& function : uri.loaded().functions) {
        const RouteMask routes = function.name == "is_uri_user_e164" ? Route::Request | Route::Failure
                                                                     : RouteMask{} | Route::Request;
        CHECK(function.routes == routes);
        CHECK_FALSE(function.waits);
    }
}
