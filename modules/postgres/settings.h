// What a db_url says of a PostgreSQL server.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/db/calendar.h"
#include "core/db/url.h"

namespace junctor::postgres
{

struct Settings {
    std::string url;  // for people: without the password
    // What libpq is told, the last of a name counting: host, port, user, password, dbname, sslmode ...
    std::vector<std::pair<std::string, std::string>> options;
    std::string host_to_look_up;  // a name, which libpq would look up without minding who waits; else empty
    std::chrono::milliseconds connect_timeout{5000};
    unsigned readers = 1;  // connections of each worker
    unsigned writers = 1;  // connections that commit
    db::Zone zone = db::Zone::local();

    // The error names the parameter. An unknown one is an error.
    static Result<Settings> of(const db::Url& url);
};

// The name of `zone` that the server is told, so that its clock text means what ours does; empty: not known.
std::string server_name_of(const db::Zone& zone);

}  // namespace junctor::postgres
