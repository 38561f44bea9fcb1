#include "core/db/schema.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/ascii.h"

namespace junctor::db
{
namespace
{

namespace fs = std::filesystem;
using Json = nlohmann::json;

// What is wrong with a file; caught in load().
struct Mistake {
    std::string text;
};

struct TypeWord {
    std::string_view word;
    ColumnSpec::Kind kind;
};
constexpr TypeWord type_words[] = {
    {"int16", ColumnSpec::Kind::Int16},       {"int32", ColumnSpec::Kind::Int32},
    {"int64", ColumnSpec::Kind::Int64},       {"uint8", ColumnSpec::Kind::UInt8},
    {"uint16", ColumnSpec::Kind::UInt16},     {"uint32", ColumnSpec::Kind::UInt32},
    {"uint64", ColumnSpec::Kind::UInt64},     {"float", ColumnSpec::Kind::Float},
    {"char", ColumnSpec::Kind::Char},         {"varchar", ColumnSpec::Kind::Varchar},
    {"text", ColumnSpec::Kind::Text},         {"blob", ColumnSpec::Kind::Blob},
    {"datetime", ColumnSpec::Kind::DateTime}, {"timestamp", ColumnSpec::Kind::Timestamp},
};

bool has_length(ColumnSpec::Kind kind)
{
    return kind == ColumnSpec::Kind::Char || kind == ColumnSpec::Kind::Varchar;
}

void read_type(std::string_view text, ColumnSpec& column)
{
    const std::string_view word = text.substr(0, text.find('('));
    const auto* known = std::find_if(std::begin(type_words), std::end(type_words),
                                     [word](const TypeWord& type) { return type.word == word; });
    if (known == std::end(type_words))
        throw Mistake{fmt::format("column {}: unknown type {}", column.name, text)};
    column.kind = known->kind;
    if (!has_length(column.kind)) return;
    const bool closed = text.size() > word.size() + 2 && text.back() == ')';
    const auto length =
        closed ? parse_unsigned(text.substr(word.size() + 1, text.size() - word.size() - 2), 65535)
               : std::nullopt;
    if (!length || *length == 0)
        throw Mistake{fmt::format("column {}: {} needs a length", column.name, text)};
    column.length = static_cast<unsigned>(*length);
}

ColumnSpec read_column(const Json& json)
{
    ColumnSpec column;
    column.name = json.at("name").get<std::string>();
    read_type(json.at("type").get<std::string>(), column);
    column.nullable = json.value("null", false);
    column.numbered = json.value("numbered", false);
    column.description = json.value("description", "");
    if (const auto given = json.find("default"); given != json.end())
        column.default_value = given->is_string() ? given->get<std::string>() : given->dump();
    return column;
}

std::vector<IndexSpec> read_indexes(const Json& json)
{
    std::vector<IndexSpec> indexes;
    for (const Json& one : json)
        indexes.push_back({one.at("name").get<std::string>(),
                           one.at("columns").get<std::vector<std::string>>(), one.value("unique", false)});
    return indexes;
}

// A variant says how it differs: columns it is `without`, and those it has otherwise or besides.
TableSpec::Variant read_variant(const Json& json, const TableSpec& table)
{
    TableSpec::Variant variant{json.at("name").get<std::string>(),
                               json.at("version").get<int>(),
                               json.value("note", ""),
                               table.columns,
                               table.primary_key,
                               table.indexes};
    for (const std::string& name : json.value("without", std::vector<std::string>()))
        if (std::erase_if(variant.columns, [&](const ColumnSpec& column) { return column.name == name; }) ==
            0)
            throw Mistake{fmt::format("variant {}: there is no column {}", variant.name, name)};
    for (const Json& one : json.value("columns", Json::array())) {
        ColumnSpec column = read_column(one);
        const auto same = std::find_if(variant.columns.begin(), variant.columns.end(),
                                       [&](const ColumnSpec& other) { return other.name == column.name; });
        if (same != variant.columns.end())
            *same = std::move(column);
        else
            variant.columns.push_back(std::move(column));
    }
    if (json.contains("primary_key"))
        variant.primary_key = json["primary_key"].get<std::vector<std::string>>();
    if (json.contains("indexes")) variant.indexes = read_indexes(json["indexes"]);
    return variant;
}

TableSpec read_table(const Json& json)
{
    TableSpec table;
    table.name = json.at("table").get<std::string>();
    table.version = json.at("version").get<int>();
    table.description = json.value("description", "");
    table.used_by = json.value("used_by", std::vector<std::string>());
    for (const Json& column : json.at("columns")) table.columns.push_back(read_column(column));
    table.primary_key = json.value("primary_key", std::vector<std::string>());
    if (json.contains("indexes")) table.indexes = read_indexes(json["indexes"]);

    std::vector<std::string> keyed = table.primary_key;
    for (const IndexSpec& index : table.indexes)
        keyed.insert(keyed.end(), index.columns.begin(), index.columns.end());
    for (const std::string& name : keyed)
        if (table.column(name) == nullptr)
            throw Mistake{"a key names the column " + name + ", which is not there"};
    for (const Json& variant : json.value("variants", Json::array()))
        table.variants.push_back(read_variant(variant, table));
    return table;
}

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

Type ColumnSpec::type() const
{
    switch (kind) {
        case Kind::Int16:
        case Kind::Int32:
        case Kind::Int64:
        case Kind::UInt8:
        case Kind::UInt16:
        case Kind::UInt32:
        case Kind::UInt64: return Type::Integer;
        case Kind::Float: return Type::Real;
        case Kind::Char:
        case Kind::Varchar:
        case Kind::Text: return Type::Text;
        case Kind::Blob: return Type::Blob;
        case Kind::DateTime:
        case Kind::Timestamp: return Type::DateTime;
    }
    return Type::Text;
}

std::string ColumnSpec::type_text() const
{
    for (const TypeWord& type : type_words)
        if (type.kind == kind)
            return has_length(kind) ? fmt::format("{}({})", type.word, length) : std::string(type.word);
    return {};
}

const ColumnSpec* TableSpec::column(std::string_view column_name) const
{
    for (const ColumnSpec& one : columns)
        if (one.name == column_name) return &one;
    return nullptr;
}

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
        try {
            std::ifstream in(file);
            schema.tables_.push_back(read_table(Json::parse(in)));
        } catch (const Json::exception& error) {
            return fail(fmt::format("{}: {}", file.string(), error.what()));
        } catch (const Mistake& mistake) {
            return fail(fmt::format("{}: {}", file.string(), mistake.text));
        }
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

}  // namespace junctor::db
