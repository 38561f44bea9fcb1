#include "modules/postgres/settings.h"

#include <cstdlib>

#include <catch2/catch.hpp>

using namespace junctor;
using postgres::Settings;

namespace
{

Result<Settings> settings_of(const std::string& url)
{
    const auto parsed = db::Url::parse(url);
    REQUIRE(parsed);
    return Settings::of(*parsed);
}

// What libpq is told; "-" if it is not told.
std::string option(const Settings& settings, const std::string& name)
{
    std::string last = "-";
    for (const auto& [known, value] : settings.options)
        if (known == name) last = value;
    return last;
}

}  // namespace

TEST_CASE("a postgres URL says where the server is and who we are", "[db][postgres]")
{
    const auto openser = settings_of("postgres://openser:openser@rw/@db.example.test:5433/openser");
    REQUIRE(openser);
    CHECK(openser->host_to_look_up == "db.example.test");
    CHECK(option(*openser, "host") == "db.example.test");
    CHECK(option(*openser, "port") == "5433");
    CHECK(option(*openser, "user") == "openser");
    CHECK(option(*openser, "password") == "openser@rw/");
    CHECK(option(*openser, "dbname") == "openser");

    const auto address = settings_of("postgresql://192.0.2.5/openser");
    REQUIRE(address);
    CHECK(address->host_to_look_up.empty());
    CHECK(option(*address, "hostaddr") == "192.0.2.5");
    CHECK(option(*address, "password") == "-");
    CHECK(option(*settings_of("postgres://[2001:db8::5]:5432/openser"), "hostaddr") == "2001:db8::5");

    const auto socket = settings_of("postgres://openser@/openser?socket=/run/postgresql");
    REQUIRE(socket);
    CHECK(socket->host_to_look_up.empty());
    CHECK(option(*socket, "host") == "/run/postgresql");
    CHECK(option(*settings_of("postgres:///openser"), "host") == "-");
}

TEST_CASE("nothing that is shown of a postgres URL has the password", "[db][postgres]")
{
    const auto settings = settings_of("postgres://openser:s3cret@db.example.test/openser");
    REQUIRE(settings);
    CHECK(settings->url == "postgres://openser:***@db.example.test/openser");
    const auto wrong = settings_of("postgres://openser:s3cret@db.example.test/openser?timezone=Mars");
    REQUIRE_FALSE(wrong);
    CHECK_THAT(wrong.error().text, Catch::Contains("timezone=Mars") && !Catch::Contains("s3cret"));
}

TEST_CASE("parameters of a postgres URL are checked", "[db][postgres]")
{
    for (const char* wrong : {"readers=0", "readers=17", "writers=many", "timezone=Mars", "connect_timeout=0",
                              "socket=relative", "socket=/run/postgresql", "keepalives=1"}) {
        INFO(wrong);
        CHECK_FALSE(settings_of(std::string("postgres://localhost/openser?") + wrong));
    }
    const auto all = settings_of(
        "postgres://localhost/openser?readers=3&writers=2&connect_timeout=1500&timezone=utc&"
        "sslmode=verify-full&sslrootcert=/etc/ca.pem&application_name=proxy");
    REQUIRE(all);
    CHECK(all->readers == 3);
    CHECK(all->writers == 2);
    CHECK(all->connect_timeout == std::chrono::milliseconds(1500));
    CHECK_FALSE(all->zone.is_local());
    CHECK(option(*all, "sslmode") == "verify-full");
    CHECK(option(*all, "application_name") == "proxy");
    CHECK(option(*all, "sslrootcert") == "/etc/ca.pem");
    CHECK(option(*all, "application_name") == "proxy");
}

TEST_CASE("the server is told the zone of our dates", "[db][postgres]")
{
    CHECK(postgres::server_name_of(db::Zone::utc()) == "<local>+00:00");
    CHECK(postgres::server_name_of(db::Zone::fixed(19800)) == "<local>-05:30");  // west counts
    CHECK(postgres::server_name_of(db::Zone::fixed(-10800)) == "<local>+03:00");
    const char* const given = std::getenv("TZ");
    const std::string before = given == nullptr ? "" : given;
    setenv("TZ", ":Europe/Berlin", 1);
    CHECK(postgres::server_name_of(db::Zone::local()) == "Europe/Berlin");
    setenv("TZ", before.c_str(), 1);
    if (given == nullptr) unsetenv("TZ");
}
