#include "core/db/url.h"

#include <catch2/catch.hpp>

using junctor::db::Url;

TEST_CASE("database URLs in OpenSER's form", "[db]")
{
    const auto url = Url::parse("mysql://openser:openserrw@db.example.org:3307/openser");
    REQUIRE(url);
    CHECK(url->scheme == "mysql");
    CHECK(url->user == "openser");
    CHECK(url->password == "openserrw");
    CHECK(url->host == "db.example.org");
    CHECK(url->port == 3307);
    CHECK(url->database == "openser");
    CHECK(Url::parse("postgres://localhost/openser")->user.empty());
    CHECK(Url::parse("MySQL://u@h/d")->scheme == "mysql");
    CHECK(Url::parse("mysql://u:p@[2001:db8::1]:3306/d")->host == "[2001:db8::1]");
    CHECK(Url::parse("mysql://u:p@[2001:db8::1]/d")->port == 0);
    CHECK(Url::parse("mysql://u:p@/d?socket=/run/mysqld.sock")->parameters.at("socket") ==
          "/run/mysqld.sock");
}

TEST_CASE("a password may hold any character but a question mark", "[db]")
{
    const auto url = Url::parse("mysql://u:p@ss/w:rd@host/d");
    REQUIRE(url);
    CHECK(url->password == "p@ss/w:rd");
    CHECK(url->host == "host");
}

TEST_CASE("URLs of files", "[db]")
{
    CHECK(Url::parse("sqlite:///var/lib/junctor.db")->database == "/var/lib/junctor.db");
    CHECK(Url::parse("sqlite://junctor.db")->database == "junctor.db");
    const auto url = Url::parse("sqlite://a/b.db?timezone=utc&deadline=500");
    REQUIRE(url);
    CHECK(url->database == "a/b.db");
    CHECK(url->parameters.at("timezone") == "utc");
    CHECK(url->text() == "sqlite://a/b.db?deadline=500&timezone=utc");
}

TEST_CASE("the password is never shown", "[db]")
{
    CHECK(Url::parse("mysql://u:secret@h:1/d?x=y")->text() == "mysql://u:***@h:1/d?x=y");
    CHECK(Url::parse("mysql://u@h/d")->text() == "mysql://u@h/d");
    for (const char* wrong : {"mysql://u:secret@h", "mysql://u:secret@h/", "mysql://u:secret@h:port/d"}) {
        const auto url = Url::parse(wrong);
        REQUIRE_FALSE(url);
        CHECK(url.error().text.find("secret") == std::string::npos);
    }
}

TEST_CASE("what is no database URL is refused", "[db]")
{
    for (const char* text : {"", "openser", "://h/d", "sqlite://", "mysql://h:0/d", "mysql://h:99999/d",
                             "mysql://[::1/d", "sqlite://x?novalue", "sqlite://x?=v"}) {
        INFO(text);
        CHECK_FALSE(Url::parse(text));
    }
}
