#include "test/database/real_server.h"

#include <cstdlib>

#include <catch2/catch.hpp>

#include "core/db/run_blocking.h"

namespace junctor::db::test
{

std::string real_server_url(const char* server)
{
    const std::string name = std::string("JUNCTOR_TEST_") + server;
    const char* url = std::getenv(name.c_str());
    if (url == nullptr || *url == '\0')
        FAIL(name << " is not set; scripts/databases with COMMAND... sets it");
    return url;
}

std::string with_parameters(const std::string& url, const std::string& parameters)
{
    const std::size_t account_end = url.rfind('@');
    return url + (url.find('?', account_end) == std::string::npos ? "?" : "&") + parameters;
}

void empty(Databases& databases, const std::string& url)
{
    const auto database = databases.open(url, true);
    INFO((database ? "" : database.error().text));
    REQUIRE(database);
    const auto tables = run_blocking((*database)->tables());
    REQUIRE(tables);
    for (const std::string& table : *tables) REQUIRE(run_blocking((*database)->drop(table)));
}

}  // namespace junctor::db::test
