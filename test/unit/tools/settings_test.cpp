#include "tools/junctorctl/settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "core/admin/unix_server.h"

using namespace junctor;
using namespace junctor::ctl;

namespace
{

struct Fixture {
    std::string file = std::filesystem::temp_directory_path() / ("junctorctlrc_" + std::to_string(getpid()));
    std::map<std::string, std::string> environment;
    GlobalOptions options;

    ~Fixture() { std::filesystem::remove(file); }
    void write(const std::string& text)
    {
        std::ofstream(file) << text;
        options.config = file;
    }
    Settings load()
    {
        auto loaded = Settings::load(options, [this](const char* name) -> const char* {
            const auto found = environment.find(name);
            return found == environment.end() ? nullptr : found->second.c_str();
        });
        if (!loaded) FAIL(loaded.error().text);
        return std::move(*loaded);
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "without settings the database and the socket are in the working directory",
                 "[junctorctl]")
{
    const Settings settings = load();
    CHECK(settings.database()->url == "sqlite://junctor.db");
    CHECK(settings.sockets() == std::vector<std::string>{admin::default_socket, admin::service_socket});
    CHECK_FALSE(settings.socket_is_chosen());
    CHECK_FALSE(settings.fifo());
}

TEST_CASE_METHOD(Fixture, "the option wins over the environment, and that over the file", "[junctorctl]")
{
    write("JUNCTOR_DB=sqlite://file\nJUNCTOR_SOCKET=/file.sock\nDBENGINE=MYSQL\n");
    CHECK(load().database()->url == "sqlite://file");
    CHECK(load().sockets() == std::vector<std::string>{"/file.sock"});
    environment = {{"JUNCTOR_DB", "sqlite://environment"}, {"JUNCTOR_SOCKET", "/environment.sock"}};
    CHECK(load().database()->url == "sqlite://environment");
    CHECK(load().sockets() == std::vector<std::string>{"/environment.sock"});
    options.database = "sqlite://option";
    options.socket = "/option.sock";
    CHECK(load().database()->url == "sqlite://option");
    CHECK(load().sockets() == std::vector<std::string>{"/option.sock"});
    CHECK(load().socket_is_chosen());
}

TEST_CASE_METHOD(Fixture, "openserctlrc's database variables make a URL", "[junctorctl]")
{
    SECTION("MySQL with its defaults")
    {
        write("DBENGINE=MYSQL\nDBRWPW=\"op@n:se/rw?\"\n");
        CHECK(load().database()->url == "mysql://openser:op@n:se/rw?@localhost/openser");
        CHECK_FALSE(load().database()->password_missing);
    }
    SECTION("PostgreSQL")
    {
        write("DBENGINE=PGSQL\nDBHOST=db.example.org\nDBNAME=sip\nDBRWUSER=me\nDBRWPW=pw\n");
        CHECK(load().database()->url == "postgres://me:pw@db.example.org/sip");
    }
    SECTION("a missing password is asked for")
    {
        write("DBENGINE=mysql\n");
        const auto choice = load().database();
        REQUIRE(choice);
        CHECK(choice->password_missing);
        CHECK(Settings::with_password(choice->url, "secret") == "mysql://openser:secret@localhost/openser");
    }
    SECTION("SQLite, which openserctl did not have")
    {
        write("DBENGINE=SQLITE\nDB_PATH=/var/lib/junctor.db\n");
        CHECK(load().database()->url == "sqlite:///var/lib/junctor.db");
    }
    SECTION("an engine that is not known")
    {
        write("DBENGINE=ORACLE\n");
        const auto choice = load().database();
        REQUIRE_FALSE(choice);
        CHECK(choice.error().status == no_database);
    }
}

TEST_CASE_METHOD(Fixture, "other variables come from the file, else from the environment", "[junctorctl]")
{
    write("SIP_DOMAIN=file.example\nSTORE_PLAINTEXT_PW=0\n");
    environment = {{"SIP_DOMAIN", "environment.example"}, {"OSER_FIFO", "/tmp/fifo"}};
    const Settings settings = load();
    CHECK(settings.domain() == "file.example");
    CHECK(settings.fifo() == "/tmp/fifo");
    CHECK_FALSE(settings.is_on("STORE_PLAINTEXT_PW", true));
    CHECK(settings.is_on("SYSLOG", true));
}

TEST_CASE_METHOD(Fixture, "a settings file that is named must be there; lines without meaning are told",
                 "[junctorctl]")
{
    options.config = file;
    const auto missing = Settings::load(options, [](const char*) -> const char* { return nullptr; });
    REQUIRE_FALSE(missing);
    CHECK(missing.error().status == refused);
    write("");
    CHECK(load().remarks().empty());
    write("A=1\nif true; then\n");
    REQUIRE(load().remarks().size() == 1);
    CHECK(load().remarks()[0].starts_with(file + ": line 2"));
}

TEST_CASE_METHOD(Fixture, "without --config the file in the home directory is read", "[junctorctl]")
{
    const std::string home = file + "_home";
    std::filesystem::create_directories(home);
    std::ofstream(home + "/.junctorctlrc") << "SIP_DOMAIN=home.example\n";
    environment = {{"HOME", home}};
    CHECK(load().domain() == "home.example");
    std::filesystem::remove_all(home);
}
