// db_schema/openser against what is written down in openser_tables.txt.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/db/schema.h"

using namespace junctor;
using namespace junctor::db;

namespace
{

// A layout as lines, in the words of the file, so that a difference can be read.
using Lines = std::vector<std::string>;

struct Expected {
    std::string table;
    int version = 0;
    Lines lines;
};

std::vector<Expected> expectations()
{
    std::ifstream file(JUNCTOR_SOURCE_DIR "/test/unit/db/openser_tables.txt");
    REQUIRE(file);
    std::vector<Expected> all;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        if (!line.starts_with("table ")) {
            all.back().lines.push_back(line);
            continue;
        }
        Expected& next = all.emplace_back();
        std::istringstream(line.substr(6)) >> next.table >> next.version;
    }
    for (Expected& one : all) std::sort(one.lines.begin(), one.lines.end());
    return all;
}

std::string joined(const std::vector<std::string>& names)
{
    std::string all;
    for (const std::string& name : names) all += " " + name;
    return all;
}

template <class Layout>
Lines lines_of(const Layout& layout)
{
    Lines lines;
    for (const ColumnSpec& column : layout.columns)
        lines.push_back(
            fmt::format("column {} {}{}{}{}", column.name, column.type_text(), column.nullable ? " null" : "",
                        column.numbered ? " numbered" : "",
                        column.default_value ? fmt::format(" default \"{}\"", *column.default_value) : ""));
    if (!layout.primary_key.empty()) lines.push_back("key" + joined(layout.primary_key));
    for (const IndexSpec& index : layout.indexes)
        lines.push_back((index.unique ? "unique" : "index") + joined(index.columns));
    std::sort(lines.begin(), lines.end());
    return lines;
}

// Of the layouts we know with that version, what the best of them has otherwise; empty: one is the same.
Lines difference(const TableSpec& table, const Expected& expected)
{
    std::vector<Lines> known;
    if (table.version == expected.version) known.push_back(lines_of(table));
    for (const auto& variant : table.variants)
        if (variant.version == expected.version) known.push_back(lines_of(variant));
    Lines best{"no layout with this version"};
    for (std::size_t i = 0; i < known.size(); ++i) {
        Lines differing;
        std::set_symmetric_difference(known[i].begin(), known[i].end(), expected.lines.begin(),
                                      expected.lines.end(), std::back_inserter(differing));
        if (i == 0 || differing.size() < best.size()) best = std::move(differing);
    }
    return best;
}

}  // namespace

TEST_CASE("every layout of OpenSER's tables is known with its types, defaults and keys", "[db]")
{
    const auto schema = Schema::find();
    REQUIRE(schema);
    std::vector<std::string> names;
    for (const Expected& expected : expectations()) {
        const TableSpec* table = schema->table(expected.table);
        INFO(expected.table << " " << expected.version);
        REQUIRE(table != nullptr);
        CHECK(difference(*table, expected) == Lines{});
        if (names.empty() || names.back() != expected.table) names.push_back(expected.table);
    }
    CHECK(names.size() == schema->tables().size());
}
