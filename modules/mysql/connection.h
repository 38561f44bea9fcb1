// One connection to a MySQL or MariaDB server.
//
// SOCI opens it and owns it. Statements go to the client library through SOCI's session, as in the sqlite
// module and for the same reasons: SOCI 4.0 writes values into the text of a statement, gives dates as
// std::tm, and cannot keep a statement and bind it anew.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/db/blocking_backend.h"
#include "core/db/calendar.h"

namespace junctor::mysql
{

struct Settings {
    std::string host;        // "localhost" without a port: over the Unix socket
    std::uint16_t port = 0;  // 0: the library's
    std::string socket;      // path of a Unix socket; empty: the library's
    std::string user, password, database;
    std::string charset = "utf8mb4";  // of texts, as we send and want them
    unsigned connect_timeout = 2;     // seconds
    unsigned network_timeout = 30;    // seconds without a byte from the server, until it counts as lost
    db::Zone zone = db::Zone::local();
};

Result<std::unique_ptr<db::BlockingConnection>> connect(const Settings& settings);
Result<void> create_database(const Settings& settings);

}  // namespace junctor::mysql
