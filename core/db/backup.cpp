#include "core/db/backup.h"

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/base/utf8.h"
#include "core/db/run_blocking.h"
#include "core/db/schema_json.h"
#include "core/db/version_table.h"

namespace junctor::db
{
namespace
{

using Json = nlohmann::json;

constexpr int form = 1;

Json to_json(const Value& value)
{
    struct Write {
        Json operator()(Null) const { return nullptr; }
        Json operator()(std::int64_t number) const { return number; }
        Json operator()(double number) const { return number; }
        Json operator()(const std::string& text) const
        {
            if (is_utf8(text)) return text;
            return {{"base64", to_base64(text)}};
        }
        Json operator()(const Blob& blob) const { return {{"base64", to_base64(blob.bytes)}}; }
        Json operator()(DateTime moment) const { return {{"time", moment.seconds}}; }
    };
    return std::visit(Write{}, value);
}

std::optional<Value> value_from(const Json& json)
{
    if (json.is_null()) return Value(Null{});
    if (json.is_number_integer()) return Value(json.get<std::int64_t>());
    if (json.is_number()) return Value(json.get<double>());
    if (json.is_string()) return Value(json.get<std::string>());
    if (!json.is_object() || json.size() != 1) return {};
    if (const auto time = json.find("time"); time != json.end() && time->is_number_integer())
        return Value(DateTime{time->get<std::int64_t>()});
    const auto base64 = json.find("base64");
    if (base64 == json.end() || !base64->is_string()) return {};
    auto bytes = from_base64(base64->get_ref<const std::string&>());
    if (!bytes) return {};
    return Value(Blob{std::move(*bytes)});  // RowWriter makes a text of it where one is wanted
}

// Reads the file line by line and says where it is wrong.
class Reader
{
public:
    explicit Reader(std::istream& in) : in_(in) {}

    using OnTable = std::function<Result<void>(TableSpec)>;
    using OnRow = std::function<Result<void>(Row)>;

    // The answer: the number of rows.
    Result<std::uint64_t> read(const OnTable& on_table, const OnRow& on_row)
    {
        in_.clear();
        in_.seekg(0);
        number_ = 0;
        Json line;
        if (auto first = next(line); !first) return fail(std::move(first.error()));
        if (!line.is_object() || line.value("junctor_backup", 0) != form)
            return wrong("this is no backup of junctorctl");
        std::uint64_t rows = 0;
        bool in_table = false;
        for (;;) {
            if (auto read = next(line); !read) return fail(std::move(read.error()));
            if (line.is_array()) {
                if (!in_table) return wrong("a row without its table");
                auto row = row_from(line);
                if (!row) return wrong("this row makes no sense");
                if (auto taken = on_row(std::move(*row)); !taken) return wrong(taken.error().text);
                ++rows;
            } else if (line.is_object() && line.contains("end")) {
                if (line["end"] != rows) return wrong("the number of rows does not fit");
                return rows;
            } else {
                auto table = table_from_json(line.dump());
                if (!table) return wrong(table.error().text);
                in_table = true;
                columns_ = table->columns.size();
                if (auto taken = on_table(std::move(*table)); !taken) return fail(taken.error());
            }
        }
    }

private:
    Result<void> next(Json& out)
    {
        std::string line;
        ++number_;
        if (!std::getline(in_, line)) return wrong("the file ends too early");
        out = Json::parse(line, nullptr, false);
        if (out.is_discarded()) return wrong("this is no JSON");
        return {};
    }
    std::optional<Row> row_from(const Json& line) const
    {
        if (line.size() != columns_) return {};
        Row row;
        for (const Json& one : line) {
            auto value = value_from(one);
            if (!value) return {};
            row.push_back(std::move(*value));
        }
        return row;
    }
    tl::unexpected<Error> wrong(const std::string& what) const
    {
        return fail(fmt::format("line {}: {}", number_, what));
    }

    std::istream& in_;
    std::uint64_t number_ = 0;
    std::size_t columns_ = 0;
};

}  // namespace

Result<std::uint64_t> write_backup(Database& from, const Schema& schema, std::ostream& out,
                                   const std::function<void(const std::string&, std::uint64_t)>& report)
{
    const auto tables = all_tables(from, schema);
    if (!tables) return fail(tables.error());
    out << Json{{"junctor_backup", form}}.dump() << '\n';
    std::uint64_t all = 0;
    for (const TableSpec& table : *tables) {
        out << to_json(table) << '\n';
        const auto rows = read_rows(from, table, [&out](const Row& row) -> Result<void> {
            Json line = Json::array();
            for (const Value& value : row) line.push_back(to_json(value));
            out << line.dump() << '\n';
            if (!out) return fail("the file cannot be written");
            return {};
        });
        if (!rows) return rows;
        if (report) report(table.name, *rows);
        all += *rows;
    }
    out << Json{{"end", all}}.dump() << '\n' << std::flush;
    if (!out) return fail("the file cannot be written");
    return all;
}

Result<std::uint64_t> read_backup(std::istream& in, Database& to, const Schema& schema,
                                  const CopyOptions& options)
{
    Reader reader(in);
    std::vector<CopyTarget> targets;
    const auto plan = [&](TableSpec table) -> Result<void> {
        auto target = CopyTarget::plan(to, schema, std::move(table), options.replace);
        if (!target) return fail(std::move(target.error()));
        targets.push_back(std::move(*target));
        return {};
    };
    if (auto whole = reader.read(plan, [](const Row&) { return Result<void>(); }); !whole) return whole;

    if (auto made = ensure_version_table(to, schema); !made) return fail(std::move(made.error()));
    VersionTable versions;
    if (auto open = versions.open(to); !open) return fail(std::move(open.error()));
    std::optional<RowWriter> writer;
    std::size_t next = 0;
    const auto finish = [&]() -> Result<void> {
        if (!writer) return {};
        const auto rows = writer->finish();
        if (!rows) return fail(rows.error());
        const TableSpec& table = targets[next - 1].source();
        // Last, as in copy_database().
        if (table.version > 0)
            if (auto written = versions.write(table.name, table.version); !written) return written;
        if (options.report) options.report(table.name, *rows);
        return {};
    };
    const auto begin = [&](const TableSpec&) -> Result<void> {
        if (auto finished = finish(); !finished) return finished;
        auto opened = targets[next++].open(to);
        if (!opened) return fail(std::move(opened.error()));
        writer.emplace(std::move(*opened));
        return {};
    };
    auto rows = reader.read(begin, [&](Row row) { return writer->add(std::move(row)); });
    if (!rows) return rows;
    if (auto finished = finish(); !finished) return fail(std::move(finished.error()));
    return rows;
}

}  // namespace junctor::db
