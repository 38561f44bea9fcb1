// Databases in memory for the tests of tools that move tables.
#pragma once

#include <catch2/catch.hpp>

#include "core/db/memory_driver.h"
#include "core/db/run_blocking.h"
#include "core/db/schema.h"
#include "core/db/transfer.h"

namespace junctor::db::test
{

struct TwoDatabases {
    VirtualClock clock;
    std::shared_ptr<MemoryDriver> driver = std::make_shared<MemoryDriver>(clock);
    Databases databases;
    Schema schema = Schema::find().value();
    Database& a = open("a");
    Database& b = open("b");

    Database& open(const std::string& name)
    {
        databases.add(driver);
        return *databases.open("memory://localhost/" + name).value();
    }

    // A table in the layout of a variant (by its version, or the first), or in the schema's own.
    TableSpec layout(const std::string& table, int variant_version = 0) const
    {
        TableSpec spec = *schema.table(table);
        for (const auto& variant : spec.variants) {
            if (variant.version != variant_version) continue;
            spec.version = variant.version;
            spec.columns = variant.columns;
            spec.primary_key = variant.primary_key;
            spec.indexes = variant.indexes;
            break;
        }
        return spec;
    }
    void create(const std::string& database, const TableSpec& spec)
    {
        REQUIRE(driver->create(database, spec));
    }
    void insert(const std::string& database, const std::string& table,
                const std::vector<std::pair<std::string, Value>>& row)
    {
        const auto inserted = driver->table(database, table)->insert(row);
        INFO((inserted ? "" : inserted.error().text));
        REQUIRE(inserted);
    }
    std::size_t rows(const std::string& database, const std::string& table)
    {
        const auto* found = driver->table(database, table);
        return found == nullptr ? 0 : found->rows.size();
    }
    Value cell(const std::string& database, const std::string& table, std::size_t row,
               const std::string& column)
    {
        const auto* found = driver->table(database, table);
        REQUIRE(found != nullptr);
        REQUIRE(found->column(column) != MemoryTable::npos);
        return found->rows.at(row).at(found->column(column));
    }
    int version(Database& database, const std::string& table)
    {
        return run_blocking(database.version_of(table)).value();
    }
};

}  // namespace junctor::db::test
