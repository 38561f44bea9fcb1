#include "core/sip/name_addr.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::sip;

namespace
{

NameAddr address(std::string_view text)
{
    auto parsed = NameAddr::parse(text);
    INFO(text);
    REQUIRE(parsed);
    return *parsed;
}

}  // namespace

TEST_CASE("a name-addr has a display name, a URI and parameters (RFC 3261 §20.10)", "[sip][name_addr]")
{
    const NameAddr full = address(R"( "Mr. \"J\" <x>" <sip:a@b.test;lr>;tag=1 ; x = "a;b" )");
    CHECK(full.display == R"("Mr. \"J\" <x>")");
    CHECK(full.uri_text == "sip:a@b.test;lr");
    CHECK(full.uri.params == "lr");
    CHECK(full.tag() == "1");
    CHECK(full.param("x")->value == "\"a;b\"");
    CHECK(full.whole == R"("Mr. \"J\" <x>" <sip:a@b.test;lr>;tag=1 ; x = "a;b")");

    CHECK(address("<sip:a@b.test>").display.empty());
    CHECK(address("caller<sip:caller@b.test>;tag=323").display == "caller");
    CHECK(address("token1~` token2'+_ token3*%!.- <sip:a@b.test>").display ==
          "token1~` token2'+_ token3*%!.-");
    CHECK(address("J\xC3\xBCrgen (home) <sip:j@b.test>").display == "J\xC3\xBCrgen (home)");
    CHECK(address("<sip:a@b.test>;+sip.instance=\"<urn:uuid:1>\"").param("+sip.instance")->value ==
          "\"<urn:uuid:1>\"");
}

TEST_CASE("without <> parameters belong to the header, not to the URI (§20)", "[sip][name_addr]")
{
    const NameAddr bare = address("sip:a@b.test;tag=abc");
    CHECK(bare.uri_text == "sip:a@b.test");
    CHECK(bare.uri.params.empty());
    CHECK(bare.tag() == "abc");
    CHECK(address("sip:a@b.test ;\r\n tag\t= abc").tag() == "abc");
    CHECK(address("sip:a@b.test").tag().empty());
    CHECK(address("sip:a@b.test;tag").tag().empty());
}

TEST_CASE("a NUL may be quoted (RFC 4475 §3.1.1.2)", "[sip][name_addr]")
{
    const std::string_view text("\"NUL:\\\0 DEL:\\\x7f\" <sip:a@b.test>", 30);
    CHECK(address(text).uri.host == "b.test");
}

TEST_CASE("a malformed name-addr is refused", "[sip][name_addr]")
{
    const auto* bad = GENERATE(
        "", "<>", "<sip:a@b", "sip:a@b>", "\"open <sip:a@b>", "\"x\" y <sip:a@b>", "Bell, A <sip:a@b>",
        "a;b <sip:a@b>", "a@b <sip:a@b>", "a\"b\" <sip:a@b>", "< sip:a@b>", "<sip:a@b >", "<sip:a@b> tag=1",
        "<sip:a@b>;", "<sip:a@b>;;tag=1", "<sip:a@b>;=1", "<sip:a@b>;tag=", "<sip:a@b>;tag=a b",
        "<sip:a@b>;x=\"y", "<sip:a@b>,<sip:c@d>", "sip:a@b?x=y", "sip:a,b@c", "sip:a@b c", "sip:a%00@b");
    CAPTURE(bad);
    const auto parsed = NameAddr::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().status == 400);
}

TEST_CASE("lists are split at commas outside of quotes and <>", "[sip][name_addr]")
{
    const auto list = parse_name_addr_list("\"a, b\" <sip:a,b@c.test>;q=0.5 ,\r\n sip:d@e.test;expires=60");
    REQUIRE(list);
    REQUIRE(list->size() == 2);
    CHECK(list->at(0).uri.user == "a,b");
    CHECK(list->at(1).uri_text == "sip:d@e.test");

    CHECK_FALSE(parse_name_addr_list(""));
    CHECK_FALSE(parse_name_addr_list("<sip:a@b>,"));
    CHECK_FALSE(parse_name_addr_list(",<sip:a@b>"));
    CHECK_FALSE(parse_name_addr_list("<sip:a@b>,,<sip:c@d>"));
    CHECK(parse_name_addr_list("<sip:a@b>,<sip:c@d>", 2));
    CHECK_FALSE(parse_name_addr_list("<sip:a@b>,<sip:c@d>", 1));

    std::string_view rest;
    CHECK(first_list_element(" <sip:a,b@c> ; x , second, third", &rest) == "<sip:a,b@c> ; x");
    CHECK(rest == " second, third");
    CHECK(first_list_element("only", &rest) == "only");
    CHECK(rest.empty());
}

TEST_CASE("q values are thousandths", "[sip][name_addr]")
{
    CHECK(parse_q("0") == 0);
    CHECK(parse_q("1") == 1000);
    CHECK(parse_q("0.5") == 500);
    CHECK(parse_q(".25") == 250);
    CHECK(parse_q("1.000") == 1000);
    CHECK(parse_q("0.0019") == 1);
    for (const auto* bad : {"", ".", "0.", "1.001", "2", "0.5x", "-1", "0,5", "1.0.0"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_q(bad));
    }
    CHECK(parse_q("1.1").error().text == "q parameter too big");
    CHECK(parse_q("0.").error().text == "Decimal part missing in q");
}

TEST_CASE("a q is printed without needless digits, and read back as it was", "[sip][name_addr]")
{
    CHECK(q_text(0) == "0");
    CHECK(q_text(500) == "0.5");
    CHECK(q_text(1000) == "1");
    for (const int q : {0, 1, 10, 25, 100, 250, 333, 999, 1000}) CHECK(parse_q(q_text(q)) == q);
}

TEST_CASE("a contact's q and expires", "[sip][name_addr]")
{
    const auto contact = Contact::of(address("<sip:a@b.test>;q=0.7;expires=60"));
    REQUIRE(contact);
    CHECK(contact->q == 700);
    CHECK(contact->expires == 60U);
    CHECK_FALSE(Contact::of(address("<sip:a@b.test>"))->q);
    CHECK_FALSE(Contact::of(address("<sip:a@b.test>"))->expires);
    CHECK(Contact::of(address("<sip:a@b.test>;expires=soon"))->expires == 3600U);
    CHECK(Contact::of(address("<sip:a@b.test>;expires=280297596632815"))->expires == 3600U);
    CHECK(Contact::of(address("<sip:a@b.test>;q=7")).error().status == 400);
}
