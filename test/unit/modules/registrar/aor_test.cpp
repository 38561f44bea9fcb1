#include "modules/registrar/aor.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::registrar;

namespace
{

std::string aor(const std::string& text, const Settings& settings = {})
{
    const auto uri = sip::Uri::parse(text);
    REQUIRE(uri);
    const auto result = aor_of(*uri, settings);
    return result ? *result : "refused: " + std::string(result.error().text);
}

}  // namespace

TEST_CASE("An AoR is the user part in lower case", "[registrar]")
{
    CHECK(aor("sip:Alice@Example.test") == "alice");
    CHECK(aor("sip:al%69ce:secret@example.test;transport=tcp") == "alice");
    CHECK(aor("sip:a%40b@example.test") == "a@b");

    SECTION("with use_domain user@domain")
    {
        Settings settings;
        settings.use_domain = true;
        CHECK(aor("sip:Alice@Example.test:5070", settings) == "alice@example.test");
        CHECK(aor("sip:Example.test", settings) == "example.test");
        settings.realm_prefix = "sip.";
        CHECK(aor("sip:alice@sip.example.test", settings) == "alice@example.test");
        CHECK(aor("sip:alice@sip.", settings) == "alice@sip.");
    }
    SECTION("with case_sensitive the user part keeps its case")
    {
        Settings settings;
        settings.use_domain = settings.case_sensitive = true;
        CHECK(aor("sip:Alice@Example.test", settings) == "Alice@example.test");
    }
}

TEST_CASE("What is no AoR is refused", "[registrar]")
{
    CHECK(aor("sip:example.test") == "refused: Error while parsing AOR");
    CHECK(aor("sip:" + std::string(64, 'a') + "@h") == std::string(64, 'a'));
    CHECK(aor("sip:" + std::string(65, 'a') + "@h") == "refused: Address Of Record too long");
}
