// Our scanners against libosip2 5.3, header by header: where both accept they must see the same, and where
// they differ the difference is known, listed here, and on the strict side.
#include <memory>

#include <catch2/catch.hpp>

#pragma push_macro("REQUIRE")  // libosip2 has one of its own
#include <osipparser2/osip_parser.h>
#pragma pop_macro("REQUIRE")

#include "core/base/ascii.h"
#include "core/sip/cseq.h"
#include "core/sip/digest.h"
#include "core/sip/message.h"
#include "core/sip/name_addr.h"
#include "core/sip/via.h"
#include "test/unit/sip/sample.h"

using namespace junctor;
using namespace junctor::sip;

namespace
{

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

// Null if libosip2 refuses `text`.
template <class T>
Owned<T> judged(int (*init)(T**), int (*parse)(T*, const char*), void (*free)(T*), const std::string& text)
{
    T* raw = nullptr;
    REQUIRE(init(&raw) == 0);
    Owned<T> owned(raw, free);
    if (parse(raw, text.c_str()) != 0) owned.reset();
    return owned;
}

Owned<osip_uri_t> judged_uri(const std::string& text)
{
    return judged(osip_uri_init, osip_uri_parse, osip_uri_free, text);
}
Owned<osip_from_t> judged_name_addr(const std::string& text)
{
    return judged(osip_from_init, osip_from_parse, osip_from_free, text);
}
Owned<osip_via_t> judged_via(const std::string& text)
{
    return judged(osip_via_init, osip_via_parse, osip_via_free, text);
}

std::string text_of(const char* text)
{
    return text != nullptr ? text : "";
}

std::string unquoted(std::string_view text)
{
    if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
    return std::string(text);
}

std::string without_brackets(std::string_view host)
{
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    return std::string(host);
}

// "name=value;..." in libosip2's words: names as written, values without escapes.
std::string listed(const osip_list_t& list)
{
    std::string out;
    for (int i = 0; i < osip_list_size(&list); ++i) {
        const auto* parameter = static_cast<const osip_uri_param_t*>(osip_list_get(&list, i));
        out += text_of(parameter->gname) + "=" + text_of(parameter->gvalue) + ";";
    }
    return out;
}

std::string listed(std::string_view params, bool escaped, char separator = ';')
{
    std::string out;
    while (const auto parameter = next_parameter(params, separator)) {
        const auto plain = [&](std::string_view text) {
            return escaped ? unescape(text).value() : std::string(text);
        };
        out += plain(parameter->name) + "=" + plain(parameter->value) + ";";
    }
    return out;
}

void same_uri(const Uri& ours, const osip_uri_t& theirs)
{
    CHECK(iequals(text_of(theirs.scheme), ours.text.substr(0, ours.text.find(':'))));
    if (!ours.is_sip()) return;  // libosip2 keeps the others whole
    CHECK(text_of(theirs.username) == unescape(ours.user));
    CHECK(text_of(theirs.password) == unescape(ours.password));
    CHECK(text_of(theirs.host) == without_brackets(ours.host));
    CHECK(text_of(theirs.port) == ours.port_text);
    CHECK(listed(theirs.url_params) == listed(ours.params, true));
    CHECK(listed(theirs.url_headers) == listed(ours.headers, true, '&'));
}

}  // namespace

TEST_CASE("libosip2 sees the same URIs", "[sip][libosip2]")
{
    const std::string text =
        GENERATE(as<std::string>{}, "sip:example.test", "sip:alice@example.test",
                 "SIPS:alice:secret@example.test:5061;transport=tcp", "sip:alice@192.0.2.1:65535",
                 "sip:alice@[2001:db8::1]", "sip:[2001:db8::1]:5062;lr",
                 "sip:%61lice%40home@example.test;maddr=192.0.2.2;ttl=5",
                 "sip:+49-123;phone-context=x@example.test;user=phone", "sip:a@b.test?subject=a%20b&x=y",
                 "sip:a@b.test;lr;x=%41?to=sip:b%40c.test", "sip:a_b-c.d!e~f*g'h(i)@b.test",
                 "sip:a&b=c+d$e,f;g?h/i@b.test", "tel:+1-972-555-2222", "mailto:a@b.test");
    CAPTURE(text);
    const auto ours = Uri::parse(text);
    const auto theirs = judged_uri(text);
    REQUIRE(ours);
    REQUIRE(theirs);
    same_uri(*ours, *theirs);
}

TEST_CASE("libosip2 sees the same name-addrs", "[sip][libosip2]")
{
    const std::string text =
        GENERATE(as<std::string>{}, "<sip:a@b.test>", "sip:a@b.test", "sip:a@b.test;tag=1",
                 "Alice <sip:a@b.test>;tag=1", "\"Alice, \\\"A\\\"\" <sip:a@b.test;lr>;tag=1",
                 "Two Words<sip:a@b.test:5070>", "\"\" <sip:a@b.test>;x=y;z",
                 "<sips:a@[::1]:5061;transport=tls?x=y>;q=0.5;expires=60", "\"a;b<c\" <sip:a@b.test>;x=\"y\"",
                 "<tel:+1234>;tag=x");
    CAPTURE(text);
    const auto ours = NameAddr::parse(text);
    const auto theirs = judged_name_addr(text);
    REQUIRE(ours);
    REQUIRE(theirs);
    CHECK(text_of(theirs->displayname) == ours->display);
    CHECK(listed(theirs->gen_params) == listed(ours->params, false));
    same_uri(ours->uri, *theirs->url);
}

TEST_CASE("libosip2 sees the same Vias", "[sip][libosip2]")
{
    const std::string text = GENERATE(as<std::string>{}, "SIP/2.0/UDP 192.0.2.1",
                                      "SIP/2.0/TCP phone.test:5070;branch=z9hG4bKx;rport",
                                      "SIP/2.0/TLS [2001:db8::1]:5061;received=192.0.2.9;branch=z9hG4bKx",
                                      "SIP/2.0/UDP h;rport=5060;received=192.0.2.9;ttl=3;maddr=224.0.1.75",
                                      "SIP / 2.0 / UDP h ; branch=x", "SIP/2.0/UDP  h:5060");
    CAPTURE(text);
    const auto ours = Via::parse(text);
    const auto theirs = judged_via(text);
    REQUIRE(ours);
    REQUIRE(theirs);
    CHECK(text_of(theirs->protocol) == ours->transport);
    CHECK(text_of(theirs->host) == without_brackets(ours->host));
    CHECK(text_of(theirs->port) == ours->port_text);
    CHECK(listed(theirs->via_params) == listed(ours->params, false));
    osip_generic_param_t* branch = nullptr;
    osip_via_param_get_byname(theirs.get(), const_cast<char*>("branch"), &branch);
    CHECK((branch != nullptr ? text_of(branch->gvalue) : "") == ours->branch);
}

TEST_CASE("libosip2 sees the same CSeq, Contact, Route and credentials", "[sip][libosip2]")
{
    for (const std::string text : {"1 INVITE", "0 ACK", "2147483647 REGISTER", "314159   MESSAGE"}) {
        CAPTURE(text);
        const auto theirs = judged(osip_cseq_init, osip_cseq_parse, osip_cseq_free, text);
        const auto ours = CSeq::parse(text);
        REQUIRE(theirs);
        REQUIRE(ours);
        CHECK(text_of(theirs->number) == std::to_string(ours->number));
        CHECK(text_of(theirs->method) == ours->method);
    }
    for (const std::string text :
         {"<sip:a@b.test;lr>", "<sip:[::1]:5061;transport=tcp;lr>;ftag=1", "\"x\" <sip:a@b.test>"}) {
        CAPTURE(text);
        const auto theirs = judged(osip_route_init, osip_route_parse, osip_route_free, text);
        const auto ours = NameAddr::parse(text);
        REQUIRE(theirs);
        REQUIRE(ours);
        CHECK(listed(theirs->gen_params) == listed(ours->params, false));
        same_uri(ours->uri, *theirs->url);
    }
    const std::string text =
        "Digest username=\"a@b\", realm=\"r\", nonce=\"n\", uri=\"sip:c\", response=\"0f\", algorithm=MD5, "
        "cnonce=\"x\", qop=auth, nc=00000001, opaque=\"\"";
    const auto theirs =
        judged(osip_authorization_init, osip_authorization_parse, osip_authorization_free, text);
    const auto ours = DigestCredentials::parse(text);
    REQUIRE(theirs);
    REQUIRE(ours);
    CHECK(unquoted(text_of(theirs->username)) == ours->username);
    CHECK(unquoted(text_of(theirs->realm)) == ours->realm);
    CHECK(unquoted(text_of(theirs->nonce)) == ours->nonce);
    CHECK(unquoted(text_of(theirs->uri)) == ours->uri);
    CHECK(unquoted(text_of(theirs->response)) == ours->response);
    CHECK(unquoted(text_of(theirs->cnonce)) == ours->cnonce);
    CHECK(text_of(theirs->message_qop) == ours->qop);
    CHECK(text_of(theirs->nonce_count) == ours->nc);
    CHECK(text_of(theirs->algorithm) == ours->algorithm_text);
}

TEST_CASE("what libosip2 refuses in these headers we refuse too", "[sip][libosip2]")
{
    for (const std::string text : {"\"open <sip:a@b>", "Bell, A <sip:a@b>", "<sip:a@b", "< sip:a@b >",
                                   "<sip:a@b>;;tag=1", "<sip:a@b>;=1", "nothing"}) {
        CAPTURE(text);
        CHECK_FALSE(judged_name_addr(text));
        CHECK_FALSE(NameAddr::parse(text));
    }
    for (const std::string text : {"", "SIP/2.0/UDP", "SIP/2.0", "SIP/2.0/UDP h;;;", "SIP/2.0/UDP h;=x"}) {
        CAPTURE(text);
        CHECK_FALSE(judged_via(text));
        CHECK_FALSE(Via::parse(text));
    }
    for (const std::string text : {"Digest", "Digest realm", "Digest realm=\"a", "Basic YWxh"}) {
        CAPTURE(text);
        CHECK_FALSE(judged(osip_authorization_init, osip_authorization_parse, osip_authorization_free, text));
        CHECK_FALSE(DigestCredentials::parse(text));
    }
}

TEST_CASE("where libosip2 accepts what could be read in two ways, we refuse", "[sip][libosip2]")
{
    SECTION("it cuts a user at %00")
    {
        const auto theirs = judged_uri("sip:alice%00bob@example.test");
        REQUIRE(theirs);
        CHECK(text_of(theirs->username) == "alice");
        CHECK_FALSE(Uri::parse("sip:alice%00bob@example.test"));
    }
    SECTION("it takes ports, hosts and white space as they come")
    {
        for (const std::string text : {"<sip:a@b:0>", "<sip:a@b:99999>", "<sip:a b@c>", "sip:a@b?x=y"}) {
            CAPTURE(text);
            CHECK(judged_name_addr(text));
            CHECK_FALSE(NameAddr::parse(text));
        }
        for (const std::string text : {"SIP/2.0/UDP a:b", "SIP/2.0/UDP a:99999", "SIP/2.0/UDP a b"}) {
            CAPTURE(text);
            CHECK(judged_via(text));
            CHECK_FALSE(Via::parse(text));
        }
    }
    SECTION("it takes a CSeq of any size")
    {
        CHECK(judged(osip_cseq_init, osip_cseq_parse, osip_cseq_free, std::string("4294967297 INVITE")));
        CHECK_FALSE(CSeq::parse("4294967297 INVITE"));
    }
    SECTION("it takes bare LF for a line's end")
    {
        std::string bytes = sample::ringing();
        bytes.erase(std::remove(bytes.begin(), bytes.end(), '\r'), bytes.end());
        REQUIRE(parser_init() == 0);
        osip_message_t* raw = nullptr;
        REQUIRE(osip_message_init(&raw) == 0);
        const Owned<osip_message_t> theirs(raw, osip_message_free);
        CHECK(osip_message_parse(raw, bytes.data(), bytes.size()) == 0);
        CHECK_FALSE(Message::parse(bytes));
    }
}
