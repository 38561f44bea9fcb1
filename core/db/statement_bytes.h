// Statements in the records of a spool: all that another life of the server needs to execute them.
#pragma once

#include <optional>

#include "core/db/bytes.h"
#include "core/db/driver.h"

namespace junctor::db
{

void write_unit(ByteWriter& out, const Unit& unit);
std::optional<Unit> read_unit(ByteReader& in);  // nothing: not written by write_unit()

}  // namespace junctor::db
