#include "core/db/schema.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "core/db/schema_json.h"

namespace junctor::db
{
namespace
{

namespace fs = std::filesystem;

// Where db_schema may lie, the first that exists counts.
std::vector<fs::path> candidates()
{
    std::vector<fs::path> folders;
    if (const char* given = std::getenv("JUNCTOR_SCHEMA"); given != nullptr && *given != '\0')
        folders.emplace_back(given);
    std::error_code ignored;
    fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    for (int up = 0; up < 4 && folder.has_relative_path(); ++up, folder = folder.parent_path()) {
        folders.push_back(folder / "share/junctor/db_schema");
        folders.push_back(folder / "db_schema");
    }
    folders.emplace_back(JUNCTOR_DATA_DIR "/db_schema");
    return folders;
}

}  // namespace

Result<Schema> Schema::load(const std::string& folder)
{
    std::vector<fs::path> files;
    std::error_code missing;
    for (const auto& file : fs::directory_iterator(folder, missing))
        if (file.path().extension() == ".json") files.push_back(file.path());
    if (files.empty()) return fail("there are no tables (*.json) in " + folder);
    std::sort(files.begin(), files.end());

    Schema schema;
    for (const fs::path& file : files) {
        std::ifstream in(file);
        auto table = table_from_json({std::istreambuf_iterator<char>(in), {}});
        if (!table) return fail(fmt::format("{}: {}", file.string(), table.error().text));
        schema.tables_.push_back(std::move(*table));
    }
    return schema;
}

Result<Schema> Schema::find(std::string_view system)
{
    std::string looked_in;
    for (const fs::path& folder : candidates()) {
        const fs::path tables = folder / system;
        if (fs::is_directory(tables)) return load(tables.string());
        looked_in += (looked_in.empty() ? "" : ", ") + tables.string();
    }
    return fail("the descriptions of the tables are not installed; looked in " + looked_in);
}

const TableSpec* Schema::table(std::string_view name) const
{
    for (const TableSpec& table : tables_)
        if (table.name == name) return &table;
    return nullptr;
}

Result<std::vector<const TableSpec*>> Schema::named(const std::vector<std::string>& names) const
{
    std::vector<const TableSpec*> all;
    for (const TableSpec& one : tables_)
        if (names.empty() && one.name != "version") all.push_back(&one);
    for (const std::string& name : names) {
        const TableSpec* found = table(name);
        if (found == nullptr) {
            std::string known;
            for (const TableSpec& one : tables_) known += " " + one.name;
            return fail(fmt::format("there is no table {}; known are:{}", name, known));
        }
        if (found->name != "version") all.push_back(found);
    }
    return all;
}

}  // namespace junctor::db
