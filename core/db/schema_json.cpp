#include "core/db/schema_json.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/ascii.h"

namespace junctor::db
{
namespace
{

using Json = nlohmann::json;

// What is wrong with a file; caught in table_from_json().
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

TableSpec::Conversion read_conversion(const Json& json, const TableSpec::Variant& variant,
                                      const TableSpec& table)
{
    using Kind = TableSpec::Conversion::Kind;
    TableSpec::Conversion conversion{json.at("from").get<std::string>(), json.at("to").get<std::string>(),
                                     Kind::Rename};
    if (const auto as = json.find("as"); as != json.end()) {
        if (*as == "dotted_ipv4")
            conversion.kind = Kind::DottedIpv4;
        else if (*as == "branch_flags")
            conversion.kind = Kind::BranchFlags;
        else
            throw Mistake{fmt::format("variant {}: unknown conversion {}", variant.name, as->dump())};
    }
    const bool is_there =
        std::any_of(variant.columns.begin(), variant.columns.end(),
                    [&](const ColumnSpec& column) { return column.name == conversion.from; });
    if (!is_there || table.column(conversion.to) == nullptr)
        throw Mistake{fmt::format("variant {}: conversion of {} to {}: there is no such column", variant.name,
                                  conversion.from, conversion.to)};
    return conversion;
}

// A variant says how it differs: columns it is `without`, and those it has otherwise or besides.
TableSpec::Variant read_variant(const Json& json, const TableSpec& table)
{
    TableSpec::Variant variant{json.at("name").get<std::string>(),
                               json.at("version").get<int>(),
                               json.value("note", ""),
                               table.columns,
                               table.primary_key,
                               table.indexes,
                               {}};
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
    for (const Json& one : json.value("conversions", Json::array()))
        variant.conversions.push_back(read_conversion(one, variant, table));
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

Result<TableSpec> table_from_json(const std::string& text)
{
    try {
        return read_table(Json::parse(text));
    } catch (const Json::exception& error) {
        return fail(error.what());
    } catch (const Mistake& mistake) {
        return fail(mistake.text);
    }
}

std::string to_json(const TableSpec& table)
{
    nlohmann::ordered_json json{{"table", table.name}, {"version", table.version}};
    for (const ColumnSpec& column : table.columns) {
        nlohmann::ordered_json one{{"name", column.name}, {"type", column.type_text()}};
        if (column.nullable) one["null"] = true;
        if (column.numbered) one["numbered"] = true;
        if (column.default_value) one["default"] = *column.default_value;
        json["columns"].push_back(std::move(one));
    }
    if (!table.primary_key.empty()) json["primary_key"] = table.primary_key;
    for (const IndexSpec& index : table.indexes)
        json["indexes"].push_back(
            {{"name", index.name}, {"columns", index.columns}, {"unique", index.unique}});
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace junctor::db
