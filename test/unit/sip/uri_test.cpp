#include "core/sip/uri.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::sip;

namespace
{

Uri uri(std::string_view text)
{
    auto parsed = Uri::parse(text);
    INFO(text);
    REQUIRE(parsed);
    return *parsed;
}

}  // namespace

TEST_CASE("a SIP URI is taken apart (RFC 3261 §19.1.1)", "[sip][uri]")
{
    const Uri all = uri("sips:alice;day=tue:secret@example.test:5071;transport=tcp;lr?subject=a%20b&x=y");
    CHECK(all.scheme == Uri::Scheme::Sips);
    CHECK(all.user == "alice;day=tue");  // user parameters stay part of the user
    CHECK(all.has_password);
    CHECK(all.password == "secret");
    CHECK(all.host == "example.test");
    CHECK(all.port_text == "5071");
    CHECK(all.port == 5071);
    CHECK(all.params == "transport=tcp;lr");
    CHECK(all.headers == "subject=a%20b&x=y");
    CHECK(all.transport() == Protocol::Tcp);
    CHECK(all.has_param("LR"));
    CHECK_FALSE(all.param("lr")->has_value);

    const Uri least = uri("SIP:example.test");
    CHECK(least.scheme == Uri::Scheme::Sip);
    CHECK_FALSE(least.has_user);
    CHECK_FALSE(least.port);
    CHECK(least.port_or_default() == 5060);
    CHECK(uri("sips:a").port_or_default() == 5061);
    CHECK(least.transport() == Protocol::Any);
    CHECK(uri("sip:a;transport=sctp").transport() == Protocol::Any);
}

TEST_CASE("an IPv6 host keeps its brackets", "[sip][uri]")
{
    const Uri v6 = uri("sip:alice@[2001:db8::1]:5062;lr");
    CHECK(v6.host == "[2001:db8::1]");
    CHECK(v6.port == 5062);
    CHECK(v6.ip() == IpAddress::parse("2001:db8::1"));
    CHECK(v6.params == "lr");
}

TEST_CASE("characters of a user that look like separators", "[sip][uri]")
{
    CHECK(uri("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/"
              ";;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@a.test")
              .user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    CHECK(uri("sip:sips%3Auser%40example.com@example.net").user == "sips%3Auser%40example.com");
    CHECK(uri("sip:*72#@example.test").user == "*72#");  // as phones dial it
    const Uri empty_password = uri("sip:alice:@example.test");
    CHECK(empty_password.has_password);
    CHECK(empty_password.password.empty());
}

TEST_CASE("tel URIs have a number and parameters (RFC 3966)", "[sip][uri]")
{
    const Uri tel = uri("tel:+1-972-555-2222;phone-context=name%40domain;new=user%3f");
    CHECK(tel.scheme == Uri::Scheme::Tel);
    CHECK(tel.user == "+1-972-555-2222");
    CHECK(tel.params == "phone-context=name%40domain;new=user%3f");
    CHECK(tel.host.empty());
    CHECK(uri("tel:*31#;phone-context=+49").user == "*31#");
    for (const auto* bad : {"tel:", "tel:+", "tel:;a=b", "tel:+12x", "tel:1 2", "tel:--", "tel:1;"}) {
        CAPTURE(bad);
        CHECK_FALSE(Uri::parse(bad));
    }
}

TEST_CASE("a URI of an unknown scheme is kept whole", "[sip][uri]")
{
    const Uri other = uri("soap.beep://192.0.2.103:3002");
    CHECK(other.scheme == Uri::Scheme::Other);
    CHECK(other.host == "//192.0.2.103:3002");
    CHECK_FALSE(other.is_sip());
}

TEST_CASE("a malformed URI is refused", "[sip][uri]")
{
    const auto* bad = GENERATE(
        "", "sip", "sip:", ":a", "1sip:a", "sip :a", "sip:@example.test", "sip::pw@example.test", "sip:a@",
        "sip:a@b@c", "sip:a b@c", "sip:a@b c", "sip: a@b", "<sip:a@b>", "sip:a\"b@c", "sip:a<b@c",
        "sip:a%0@b", "sip:a%zz@b", "sip:a%", "sip:a@b:", "sip:a@b:0", "sip:a@b:65536", "sip:a@b:123456",
        "sip:a@b:5060x", "sip:a@b:-1", "sip:a@[::1", "sip:a@[::1]x", "sip:a@[::g]", "sip:a@[192.0.2.1]",
        "sip:a@.b", "sip:a@b..c", "sip:a@192.0.2.256", "sip:a@1.2.3", "sip:a@1.2.3.4.5",
        "sip:a@1234567.1.1.1", "sip:a@1.2.3.4.", "sip:a@b;", "sip:a@b;;lr", "sip:a@b;=x", "sip:a@b;x=\"y\"",
        "sip:a@b;x=%4", "sip:a@b?", "sip:a@b;lr?a=<b>", "sip:a@b/c", "foo:", "foo:a b", "foo:<x>");
    CAPTURE(bad);
    const auto parsed = Uri::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().status == 400);
    CHECK_FALSE(parsed.error().text.empty());
}

TEST_CASE("%00 in a URI is refused: two users must not become one where strings end at NUL", "[sip][uri]")
{
    CHECK_FALSE(Uri::parse("sip:null-%00-null@example.com"));
    CHECK_FALSE(Uri::parse("sip:a:%00@example.com"));
    CHECK_FALSE(Uri::parse("sip:a@example.com;x=%00"));
    CHECK_FALSE(Uri::parse(std::string_view("sip:a\0b@example.com", 19)));
    CHECK(Uri::parse("sip:a%010@example.com"));  // %01 and a zero
}

TEST_CASE("limits of a URI", "[sip][uri]")
{
    const std::string longest = "sip:" + std::string(max_uri_length - 6, 'u') + "@h";
    CHECK(uri(longest).user.size() == max_uri_length - 6);
    CHECK_FALSE(Uri::parse(longest + "h"));
    CHECK(Uri::parse("sip:" + std::string(255, 'h')));
    CHECK_FALSE(Uri::parse("sip:" + std::string(256, 'h')));
    std::string many = "sip:h";
    for (int i = 0; i < 64; ++i) many += ";p";
    CHECK(Uri::parse(many));
    CHECK_FALSE(Uri::parse(many + ";p"));
}

TEST_CASE("equivalent URIs (RFC 3261 §19.1.4)", "[sip][uri]")
{
    struct Pair {
        const char* a;
        const char* b;
    };
    SECTION("these are")
    {
        const auto pair = GENERATE(values<Pair>({
            {"sip:%61lice@atlanta.test;transport=TCP", "sip:alice@AtLanTa.test;Transport=tcp"},
            {"sip:carol@chicago.test", "sip:carol@chicago.test;newparam=5"},
            {"sip:carol@chicago.test;security=on", "sip:carol@chicago.test;newparam=5"},
            {"sip:biloxi.test;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.test",
             "sip:biloxi.test;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.test"},
            {"sip:alice@atlanta.test?subject=project%20x&priority=urgent",
             "sip:alice@atlanta.test?priority=urgent&subject=project%20x"},
            {"sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0::1]"},
            {"tel:+1-201-555-0123", "tel:+1(201)555.0123"},
            {"tel:863-1234;phone-context=+1;ext=9", "tel:8631234;ext=9;phone-context=+1"},
            {"urn:x:y", "URN:x:y"},
            {"sip:a@b;x=1;x=2", "sip:a@b;x=1;x=2"},
        }));
        CAPTURE(pair.a, pair.b);
        CHECK(equivalent(uri(pair.a), uri(pair.b)));
        CHECK(equivalent(uri(pair.b), uri(pair.a)));
    }
    SECTION("these are not")
    {
        const auto pair = GENERATE(values<Pair>({
            {"SIP:ALICE@AtLanTa.test;Transport=udp", "sip:alice@AtLanTa.test;Transport=UDP"},
            {"sip:bob@biloxi.test", "sip:bob@biloxi.test:5060"},
            {"sip:bob@biloxi.test", "sip:bob@biloxi.test;transport=udp"},
            {"sip:bob@biloxi.test", "sip:bob@biloxi.test:6000;transport=tcp"},
            {"sip:carol@chicago.test", "sip:carol@chicago.test?Subject=next%20meeting"},
            {"sip:bob@phone21.boxesbybob.test", "sip:bob@192.0.2.4"},
            {"sip:carol@chicago.test;security=on", "sip:carol@chicago.test;security=off"},
            {"sip:carol@chicago.test;maddr=192.0.2.1", "sip:carol@chicago.test"},
            {"sip:carol@chicago.test", "sips:carol@chicago.test"},
            {"sip:carol@chicago.test", "sip:chicago.test"},
            {"sip:carol@chicago.test", "sip:carol:pw@chicago.test"},
            {"sip:carol%40x@chicago.test", "sip:carol%41x@chicago.test"},
            {"tel:+12015550123", "tel:12015550123"},
            {"tel:863;phone-context=+1", "tel:863"},
            {"urn:x:y", "urn:x:Y"},
        }));
        CAPTURE(pair.a, pair.b);
        CHECK_FALSE(equivalent(uri(pair.a), uri(pair.b)));
        CHECK_FALSE(equivalent(uri(pair.b), uri(pair.a)));
    }
}

TEST_CASE("escapes", "[sip][uri]")
{
    CHECK(unescape("a%20b%25%4a") == "a b%J");
    CHECK(unescape("") == "");
    for (const auto* bad : {"%", "%4", "%4g", "%00", "a%0"}) {
        CAPTURE(bad);
        CHECK_FALSE(unescape(bad));
    }
    CHECK(escape_user("alice@home #1%\xC3\xA9") == "alice%40home%20%231%25%C3%A9");
    CHECK(escape_user("+1;a=b,c/d?e&f$g") == "+1;a=b,c/d?e&f$g");
    const std::string odd = "<a b:c\"d>";
    CHECK(unescape(escape_user(odd)) == odd);
    CHECK(uri("sip:" + escape_user(odd) + "@h").has_user);
}

TEST_CASE("parameters are walked one by one", "[sip][uri]")
{
    std::string_view list = "; a = 1 ;b;;c=\"x;y\\\";z\"; d=";
    const auto a = next_parameter(list);
    REQUIRE(a);
    CHECK(a->name == "a");
    CHECK(a->value == "1");
    const auto b = next_parameter(list);
    REQUIRE(b);
    CHECK(b->name == "b");
    CHECK_FALSE(b->has_value);
    const auto c = next_parameter(list);
    REQUIRE(c);
    CHECK(c->value == "\"x;y\\\";z\"");
    const auto d = next_parameter(list);
    REQUIRE(d);
    CHECK(d->has_value);
    CHECK(d->value.empty());
    CHECK_FALSE(next_parameter(list));

    CHECK(find_parameter("x=1;Tag=abc", "tag")->value == "abc");
    CHECK(find_parameter("a=1&b=2", "b", '&')->value == "2");
    CHECK_FALSE(find_parameter("a=\";tag=x\"", "tag"));
    CHECK(find_parameter("a=\"open;tag=x", "a")->value == "\"open;tag=x");  // an open quote takes the rest
}
