#include "core/server/directories.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace junctor;
namespace fs = std::filesystem;

namespace
{

struct Places {
    Places()
    {
        std::string name = (fs::temp_directory_path() / "junctor-places-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        top = name;
        fs::create_directory(top / "tmp");
    }
    ~Places() { fs::remove_all(top); }
    // The superuser may write everywhere: a file in the way serves them, too.
    void forbid_working_directory() { std::ofstream(top / "work") << "no directory"; }
    void allow_working_directory() { fs::create_directory(top / "work"); }

    Result<std::shared_ptr<db::LogFolder>> open(db::IfMissing what = db::IfMissing::Make)
    {
        return server::open_spool_folder((top / "work/junctor-spool").string(), "/etc/openser/openser.cfg",
                                         what, (top / "tmp").string());
    }
    fs::path fallback() const
    {
        return top / "tmp" / ("junctor-spool-" + std::to_string(geteuid()) + "-etc-openser-openser.cfg");
    }
    fs::path top;
};

}  // namespace

TEST_CASE("journals are kept in the working directory, if that is possible", "[server]")
{
    Places places;
    places.allow_working_directory();
    const auto folder = places.open();
    REQUIRE(folder);
    CHECK((*folder)->where() == (places.top / "work/junctor-spool").string());
    CHECK_FALSE(fs::exists(places.fallback()));
}

TEST_CASE("where the working directory allows none, a private directory keeps the journals", "[server]")
{
    Places places;
    places.forbid_working_directory();
    const auto folder = places.open();
    REQUIRE(folder);
    CHECK((*folder)->where() == places.fallback().string());
    CHECK((fs::status(places.fallback()).permissions() & fs::perms(077)) == fs::perms::none);
}

TEST_CASE("a directory that has journals is found again when another one could be made", "[server]")
{
    Places places;
    places.forbid_working_directory();
    REQUIRE(places.open());
    fs::remove(places.top / "work");
    places.allow_working_directory();
    const auto folder = places.open();
    REQUIRE(folder);
    CHECK((*folder)->where() == places.fallback().string());
}

TEST_CASE("a directory of somebody else's is not used for journals", "[server]")
{
    Places places;
    places.forbid_working_directory();
    SECTION("it is a link")
    {
        fs::create_directory_symlink(places.top, places.fallback());
    }
    SECTION("others may write into it")
    {
        fs::create_directory(places.fallback());
        REQUIRE(chmod(places.fallback().c_str(), 0777) == 0);
    }
    const auto folder = places.open();
    REQUIRE_FALSE(folder);
    CHECK_THAT(folder.error().text, Catch::Contains("not a directory of this user's own"));
}

TEST_CASE("who only looks for journals makes no directory", "[server]")
{
    Places places;
    places.allow_working_directory();
    const auto none = places.open(db::IfMissing::Leave);
    REQUIRE(none);
    CHECK(*none == nullptr);
    CHECK(fs::is_empty(places.top / "work"));
    CHECK(fs::is_empty(places.top / "tmp"));
}
