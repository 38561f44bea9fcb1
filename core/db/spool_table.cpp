#include "core/db/spool_table.h"

#include <limits>

#include "core/db/where.h"

namespace junctor::db
{
namespace
{

enum : ColumnId { writer_column, number_column, part_column };

LayoutPtr layout()
{
    static const LayoutPtr made = std::make_shared<const Layout>(
        Layout{std::string(spool_table),
               {{"writer", Type::Text}, {"number", Type::Integer}, {"part", Type::Integer}}});
    return made;
}

Value number_value(std::uint64_t number)
{
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(number, most));
}

Statement statement(Statement::Kind kind)
{
    Statement s;
    s.kind = kind;
    s.layout = layout();
    return s;
}

Condition of_writer(const std::string& writer)
{
    return compare(writer_column, Compare::Equal, Value(writer));
}

}  // namespace

TableSpec spool_table_spec()
{
    const auto column = [](const char* name, ColumnSpec::Kind kind, unsigned length) {
        ColumnSpec spec;
        spec.name = name;
        spec.kind = kind;
        spec.length = length;
        return spec;
    };
    TableSpec spec;
    spec.name = spool_table;
    spec.description = "Which batches of a server's spool this database has";
    spec.columns = {column("writer", ColumnSpec::Kind::Varchar, 64),
                    column("number", ColumnSpec::Kind::Int64, 0), column("part", ColumnSpec::Kind::Int64, 0)};
    spec.primary_key = {"writer", "number", "part"};
    return spec;
}

Statement insert_position(const std::string& writer, std::uint64_t number, std::int64_t part)
{
    Statement s = statement(Statement::Kind::Insert);
    s.values = {
        {writer_column, Value(writer)}, {number_column, number_value(number)}, {part_column, Value(part)}};
    return s;
}

Statement select_position(const std::string& writer, std::uint64_t number, std::int64_t part)
{
    Statement s = statement(Statement::Kind::Select);
    s.columns = {number_column, part_column};
    s.where = both(of_writer(writer), both(compare(number_column, Compare::Equal, number_value(number)),
                                           compare(part_column, Compare::Equal, Value(part))));
    return s;
}

Statement select_last_position(const std::string& writer)
{
    Statement s = statement(Statement::Kind::Select);
    s.columns = {number_column, part_column};
    s.where = of_writer(writer);
    s.order = {{number_column, true}, {part_column, true}};
    s.limit = 1;
    return s;
}

Statement remove_positions(const std::string& writer, std::uint64_t below)
{
    Statement s = statement(Statement::Kind::Remove);
    s.where = both(of_writer(writer), compare(number_column, Compare::Less, number_value(below)));
    return s;
}

}  // namespace junctor::db
