#include "tools/junctorctl/user.h"

#include <catch2/catch.hpp>

using namespace junctor::ctl;

TEST_CASE("a user is NAME@DOMAIN, or NAME of the default domain", "[junctorctl]")
{
    const auto whole = parse_user("alice@example.org", "other.example");
    REQUIRE(whole);
    CHECK(whole->name == "alice");
    CHECK(whole->domain == "example.org");
    CHECK(parse_user("alice", "example.org")->aor() == "alice@example.org");
    CHECK(parse_user("alice@localhost", "")->domain == "localhost");
}

TEST_CASE("a user without a domain, or with characters no user part may have, is refused", "[junctorctl]")
{
    CHECK(parse_user("alice", "").error().text.find("domain unknown") == 0);
    CHECK(parse_user("alice@", "").error().text.find("domain unknown") == 0);
    const std::string bad =
        GENERATE("@example.org", "al ice@example.org", "alice%00@example.org", "alice@exa mple.org",
                 "a'b\"@x.org", "alice@x.org\n", "alice@a@b.org", "alice@example.org;x");
    const auto user = parse_user(bad, "");
    REQUIRE_FALSE(user);
    CHECK(user.error().text == "invalid AoR: " + bad);
}

TEST_CASE("SIP addresses and URIs are told from other text", "[junctorctl]")
{
    CHECK(is_sip_aor("sip:alice@example.org"));
    CHECK(is_sip_aor("SIPS:alice@example.org"));
    CHECK_FALSE(is_sip_aor("alice@example.org"));
    CHECK_FALSE(is_sip_aor("sip:example.org"));
    CHECK(is_sip_uri("sip:example.org"));
    CHECK(is_sip_uri("sip:alice@192.0.2.7:5060;transport=tcp"));
    CHECK(is_sip_uri("sips:alice@[2001:db8::1]:5061"));
    CHECK_FALSE(is_sip_uri("tel:+4930123"));
    CHECK_FALSE(is_sip_uri("sip:"));
    CHECK_FALSE(is_sip_uri("sip:alice@"));
    CHECK_FALSE(is_sip_uri("sip:alice@exa mple.org"));
}

TEST_CASE("ha1 and ha1b are the digests of openserctl", "[junctorctl]")
{
    // printf 'alice:example.org:neu' | md5sum; printf 'alice@example.org:example.org:neu' | md5sum
    const User alice{"alice", "example.org"};
    CHECK(ha1(alice, "neu") == "c82e61df1e829875f795860e8b16b4e6");
    CHECK(ha1b(alice, "neu") == "a37f728df2f5d243260b0f42d53fa6db");
}
