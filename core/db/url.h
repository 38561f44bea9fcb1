// db_url, as OpenSER writes it: scheme://user:password@host:port/database, and our files:
// sqlite:///absolute/path, sqlite://relative/path. Behind them `?name=value&name=value`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace junctor::db
{

struct Url {
    std::string scheme;  // lower case
    std::string user, password, host;
    std::uint16_t port = 0;  // 0: the driver's
    std::string database;    // a name; for sqlite the path of the file
    std::map<std::string, std::string> parameters;

    // The last '@' ends the password, so that it may hold any character but '?'.
    static Result<Url> parse(std::string_view text);
    std::string text() const;       // for people: the password is shown as ***
    std::string file_name() const;  // a part of one: the same for the same database, whatever the password
};

}  // namespace junctor::db
