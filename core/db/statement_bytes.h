// Statements in the records of a spool: all that another life of the server needs to execute them.
#pragma once

#include <optional>
#include <vector>

#include "core/db/bytes.h"
#include "core/db/driver.h"

namespace junctor::db
{

void write_unit(ByteWriter& out, const Unit& unit);

// Reads units. Statements of one table share its layout, by which a driver knows what it has prepared: with
// layouts of their own each was parsed and planned anew, which took longer than to execute it.
class UnitReader
{
public:
    std::optional<Unit> read(ByteReader& in);  // nothing: not written by write_unit()

private:
    std::optional<Statement> read_statement(ByteReader& in);
    LayoutPtr shared(Layout layout);

    std::vector<LayoutPtr> layouts_;  // a few: those of the tables that modules write
};

}  // namespace junctor::db
