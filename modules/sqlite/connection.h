// One connection to a SQLite file.
//
// SOCI opens it and runs the statements without values. Those with values go to the sqlite3 library through
// SOCI's session: SOCI 4.0 chooses a column's type by its declaration and converts (a date into std::tm), so
// that what was stored does not always come back byte by byte; and its statements cannot be kept and bound
// anew.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/db/blocking_backend.h"
#include "core/db/calendar.h"

namespace junctor::sqlite
{

struct Settings {
    std::string path;  // absolute
    std::chrono::milliseconds busy_timeout{5000};
    db::Zone zone = db::Zone::local();
};

Result<std::unique_ptr<db::BlockingConnection>> connect(const Settings& settings,
                                                        db::BlockingBackend::Use use);

}  // namespace junctor::sqlite
