#include "core/db/statement_bytes.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::db;

namespace
{

Unit insertion(const std::string& table, std::int64_t number)
{
    const auto layout = std::make_shared<const Layout>(Layout{table, {{"number", Type::Integer}}});
    Statement statement;
    statement.kind = Statement::Kind::Insert;
    statement.layout = layout;
    statement.values.push_back({0, number});
    return Unit{{statement}};
}

}  // namespace

TEST_CASE("Statements of one table that are read again are prepared once", "[db][spool]")
{
    ByteWriter out;
    write_unit(out, insertion("things", 1));
    write_unit(out, insertion("things", 2));
    write_unit(out, insertion("others", 3));

    UnitReader reader;
    ByteReader in(out.bytes);
    std::vector<Statement> read;
    for (int i = 0; i < 3; ++i) {
        const auto unit = reader.read(in);
        REQUIRE(unit);
        REQUIRE(unit->statements.size() == 1);
        read.push_back(unit->statements.front());
    }
    CHECK(read[0].shape() == read[1].shape());  // by which drivers find what they have prepared
    CHECK(read[0].shape() != read[2].shape());
    CHECK(read[0].layout->table == "things");
    CHECK(std::get<std::int64_t>(read[1].values.front().value) == 2);
    CHECK(read[2].layout->table == "others");
}

TEST_CASE("A unit that was cut off is not read", "[db][spool]")
{
    ByteWriter out;
    write_unit(out, insertion("things", 1));
    for (std::size_t size = 0; size < out.bytes.size(); ++size) {
        INFO(size);
        UnitReader reader;
        ByteReader in(std::string_view(out.bytes).substr(0, size));
        CHECK_FALSE(reader.read(in));
    }
}
