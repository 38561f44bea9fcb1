// The real server that a driver's tests need: `scripts/databases with build/debug/bin/database_tests` names
// it in the environment (JUNCTOR_TEST_POSTGRES, JUNCTOR_TEST_MYSQL). Without it these tests fail.
#pragma once

#include <string>

#include "core/db/database.h"

namespace junctor::db::test
{

// `server` as in the variable's name.
std::string real_server_url(const char* server);
// The same with further parameters.
std::string with_parameters(const std::string& url, const std::string& parameters);
// Drops every table: what an earlier test left.
void empty(Databases& databases, const std::string& url);

}  // namespace junctor::db::test
