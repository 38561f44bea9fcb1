// All rows of a table, batch after batch, through a cursor on a connection of its own: the server never has
// more to hold than a batch, and fetches the next one while we read this one. Runs on the driver's thread.
#pragma once

#include <memory>

#include "core/db/driver.h"
#include "modules/postgres/connection.h"
#include "modules/postgres/loop_thread.h"

namespace junctor::postgres
{

std::unique_ptr<db::Scan> make_scan(std::shared_ptr<LoopThread> thread, ServerPtr server,
                                    db::Statement select, std::size_t batch);

}  // namespace junctor::postgres
