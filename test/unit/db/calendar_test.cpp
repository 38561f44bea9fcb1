#include "core/db/calendar.h"

#include <cstdlib>
#include <ctime>

#include <catch2/catch.hpp>

using namespace junctor::db;

namespace
{

// The process's zone for one test.
struct LocalZone {
    explicit LocalZone(const char* name) { set(name); }
    ~LocalZone() { set(nullptr); }
    static void set(const char* name)
    {
        if (name == nullptr)
            unsetenv("TZ");
        else
            setenv("TZ", name, 1);
        tzset();
    }
};

}  // namespace

TEST_CASE("calendar text in UTC and at fixed distances from it", "[db]")
{
    Calendar utc(Zone::utc());
    CHECK(utc.text({0}) == "1970-01-01 00:00:00");
    CHECK(utc.text({1173657600}) == "2007-03-12 00:00:00");
    CHECK(utc.text({-1}) == "1969-12-31 23:59:59");
    CHECK(utc.parse("2007-03-12 00:00:00") == DateTime{1173657600});
    CHECK(utc.parse("1900-01-01 00:00:00") == DateTime{-2208988800});
    CHECK(utc.parse("2007-03-12 00:00:00.250") == DateTime{1173657600});
    Calendar india(Zone::parse("+05:30").value());
    CHECK(india.text({0}) == "1970-01-01 05:30:00");
    CHECK(india.parse("1970-01-01 05:30:00") == DateTime{0});
}

TEST_CASE("local calendar text follows daylight saving", "[db]")
{
    const LocalZone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
    Calendar local(Zone::local());
    CHECK(local.text({0}) == "1970-01-01 01:00:00");
    CHECK(local.parse("1970-01-01 01:00:00") == DateTime{0});  // OpenSER's permanent contact
    CHECK(local.text({1173657600}) == "2007-03-12 01:00:00");
    CHECK(local.text({1183248000}) == "2007-07-01 02:00:00");
    for (std::int64_t moment = 1174780800 - 7200; moment < 1174780800 + 14400;
         moment += 450)  // the change in March
        CHECK(local.parse(local.text({moment})) == DateTime{moment});
}

TEST_CASE("what clocks show and the moment it is are counted in seconds, too", "[db]")
{
    const LocalZone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
    Calendar local(Zone::local());
    CHECK(local.shown({0}) == 3600);
    CHECK(local.moment_of(3600) == DateTime{0});
    CHECK(local.shown({1183248000}) == 1183248000 + 7200);
    // Far apart and near each other, in any order: what is remembered of one moment says nothing of another.
    for (int round = 0; round < 2; ++round)
        for (std::int64_t moment = 1173657600; moment < 1173657600 + 400 * 86400; moment += 86400 * 3 + 901) {
            const bool summer = (moment >= 1174784400 && moment < 1193533200) || moment >= 1206838800;
            CHECK(local.shown({moment}) == moment + (summer ? 7200 : 3600));
            CHECK(local.moment_of(local.shown({moment})) == DateTime{moment});
        }
    Calendar india(Zone::parse("+05:30").value());
    CHECK(india.shown({-1}) == 19799);
    CHECK(india.moment_of(19799) == DateTime{-1});
}

TEST_CASE("what is no date is none, and so is a zero date", "[db]")
{
    Calendar utc(Zone::utc());
    for (const char* text :
         {"", "2007-03-12", "0000-00-00 00:00:00", "2007-13-01 00:00:00", "2007-03-12 24:00:00",
          "2007-03-12 00:60:00", "2007/03/12 00:00:00", "2007-03-12 00:00:00x", "abcd-ef-gh ij:kl:mn"}) {
        INFO(text);
        CHECK_FALSE(utc.parse(text));
    }
}

TEST_CASE("zones are named local, utc or by their distance", "[db]")
{
    CHECK(Zone::parse("local")->is_local());
    CHECK(Zone::parse("UTC")->seconds_east() == 0);
    CHECK(Zone::parse("-03:30")->seconds_east() == -12600);
    for (const char* text : {"", "CET", "+1:00", "+15:00", "+01:60", "01:00"}) CHECK_FALSE(Zone::parse(text));
}
