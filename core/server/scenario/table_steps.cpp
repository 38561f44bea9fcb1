// Steps about databases and the name service: row, rows, db, dns.
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/db/schema.h"
#include "core/server/scenario/runner.h"
#include "core/sip/digest.h"

namespace junctor::server
{
namespace
{

constexpr const char* database = Simulation::database_name;

struct Condition {
    std::string column, value;
};

// "username=alice": words of the step and of its indented lines.
Result<std::vector<Condition>> conditions_of(const ScenarioStep& step, std::size_t from)
{
    std::vector<std::string> texts(
        step.words.begin() + static_cast<std::ptrdiff_t>(std::min(from, step.words.size())),
        step.words.end());
    texts.insert(texts.end(), step.details.begin(), step.details.end());
    std::vector<Condition> conditions;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos) return fail(400, fmt::format("\"{}\" is no column=value", text));
        conditions.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return conditions;
}

// A moment: "+60s" from now, or seconds since 1970.
Result<std::int64_t> moment(std::string_view text, const Clock& clock)
{
    if (text.starts_with('+') || text.starts_with('-')) {
        const std::string_view digits = text.substr(1, text.size() - (text.ends_with('s') ? 2 : 1));
        const auto seconds = parse_unsigned(digits, 1000000000);
        if (!seconds)
            return fail(400, fmt::format("\"{}\" is no moment: +60s, -5s or seconds since 1970", text));
        const auto offset = static_cast<std::int64_t>(*seconds);
        return clock.unix_seconds() + (text.front() == '+' ? offset : -offset);
    }
    const auto seconds = parse_signed(text);
    if (!seconds) return fail(400, fmt::format("\"{}\" is no moment: +60s, -5s or seconds since 1970", text));
    return *seconds;
}

Result<db::Value> value_of(db::Type type, const std::string& text, const Clock& clock)
{
    if (text == "NULL") return db::Value(db::Null{});
    switch (type) {
        case db::Type::Integer:
            if (const auto number = parse_signed(text)) return db::Value(*number);
            return fail(400, fmt::format("\"{}\" is no number", text));
        case db::Type::Real: return db::Value(std::strtod(text.c_str(), nullptr));
        case db::Type::Text: return db::Value(text);
        case db::Type::Blob: return db::Value(db::Blob{text});
        case db::Type::DateTime:
            if (const auto seconds = moment(text, clock))
                return db::Value(db::DateTime{*seconds});
            else
                return fail(seconds.error());
    }
    return fail(400, "a type of column that scenarios do not know");
}

bool matches(const db::Value& found, const std::string& wanted, const Clock& clock)
{
    if (const auto* text = std::get_if<std::string>(&found)) return fits_pattern(wanted, *text);
    if (const auto* date = std::get_if<db::DateTime>(&found)) {
        const auto seconds = moment(wanted, clock);
        return wanted == "*" || (seconds && *seconds == date->seconds);
    }
    if (const auto* number = std::get_if<double>(&found))
        return std::strtod(wanted.c_str(), nullptr) == *number;
    return fits_pattern(wanted, db::to_text(found));
}

// An account with a password and without its digests gets them, as `junctorctl add` makes them.
void add_digests(const db::MemoryDriver::Table& table, std::vector<std::pair<std::string, db::Value>>& values)
{
    const auto given = [&](std::string_view column) -> const std::string* {
        for (const auto& [name, value] : values)
            if (name == column) return std::get_if<std::string>(&value);
        return nullptr;
    };
    const std::string *user = given("username"), *domain = given("domain"), *password = given("password");
    if (user == nullptr || domain == nullptr || password == nullptr || given("ha1") != nullptr) return;
    if (table.column("ha1") == db::MemoryDriver::Table::npos) return;
    const auto ha1 = [realm = *domain, secret = *password](const std::string& name) {
        return db::Value(sip::digest_ha1(sip::DigestAlgorithm::Md5, name, realm, secret));
    };
    const std::string plain = *user, with_domain = *user + "@" + *domain;
    values.emplace_back("ha1", ha1(plain));
    values.emplace_back("ha1b", ha1(with_domain));
}

}  // namespace

Result<db::MemoryDriver::Table*> ScenarioRunner::table(const std::string& name)
{
    auto& memory = simulation().database();
    if (auto* found = memory.table(database, name)) return found;
    const auto schema = db::Schema::find();
    if (!schema) return fail(schema.error());
    const db::TableSpec* spec = schema->table(name);
    if (spec == nullptr) return fail(404, fmt::format("there is no table {} in db_schema/openser", name));
    if (auto made = memory.create(database, *spec); !made) return fail(made.error());
    return memory.table(database, name);
}

// row TABLE column=value...: is in the database before the start
Result<void> ScenarioRunner::row(const Step& step)
{
    const auto into = table(step.word(1));
    if (!into) return fail(into.error());
    const auto conditions = conditions_of(step, 2);
    if (!conditions) return fail(conditions.error());
    std::vector<std::pair<std::string, db::Value>> values;
    for (const Condition& condition : *conditions) {
        const std::size_t column = (*into)->column(condition.column);
        if (column == db::MemoryDriver::Table::npos)
            return fail(404, fmt::format("table {} has no column {}", step.word(1), condition.column));
        const auto value = value_of((*into)->columns[column].type, condition.value, simulation().clock());
        if (!value) return fail(value.error());
        values.emplace_back(condition.column, *value);
    }
    add_digests(**into, values);
    return (*into)->insert(values);
}

// rows [none|N] TABLE column=value...: there must be such rows now (exactly N), or none
Result<void> ScenarioRunner::rows(const Step& step)
{
    if (auto started = start(); !started) return started;
    std::size_t word = 1;
    std::optional<std::size_t> wanted;
    if (step.word(word) == "none")
        wanted = 0;
    else if (const auto number = parse_unsigned(step.word(word), 1000000))
        wanted = *number;
    if (wanted) ++word;
    const auto in = table(step.word(word));
    if (!in) return fail(in.error());
    const auto conditions = conditions_of(step, word + 1);
    if (!conditions) return fail(conditions.error());

    std::size_t found = 0;
    std::string all;
    for (const auto& row : (*in)->rows) {
        bool fits = true;
        for (const Condition& condition : *conditions) {
            const std::size_t column = (*in)->column(condition.column);
            if (column == db::MemoryDriver::Table::npos)
                return fail(404, fmt::format("table {} has no column {}", step.word(word), condition.column));
            fits = fits && matches(row[column], condition.value, simulation().clock());
        }
        if (fits) ++found;
        for (std::size_t i = 0; i < row.size(); ++i)
            all += fmt::format(" {}={}", (*in)->columns[i].name, db::to_text(row[i]));
        all += "\n";
    }
    if (wanted ? found == *wanted : found > 0) return {};
    return fail(400, fmt::format("{} rows fit, {} were expected; the table holds\n{}", found,
                                 wanted ? std::to_string(*wanted) : "some", all));
}

// table TABLE...: is there, empty, before the start
Result<void> ScenarioRunner::tables(const Step& step)
{
    for (std::size_t i = 1; i < step.words.size(); ++i)
        if (auto made = table(step.words[i]); !made) return fail(made.error());
    return {};
}

// db slow 50ms | away | back | silent
Result<void> ScenarioRunner::database_state(const Step& step)
{
    auto& memory = simulation().database();
    if (step.word(1) == "away")
        memory.away();
    else if (step.word(1) == "back")
        memory.back();
    else if (step.word(1) == "silent")
        memory.silent();
    else if (step.word(1) == "slow") {
        const auto delay = parse_duration(step.word(2));
        if (!delay) return fail(delay.error());
        memory.slow(*delay);
    } else {
        return fail(400, fmt::format("db {}: slow, away, back or silent was expected", step.word(1)));
    }
    return {};
}

// dns a NAME ADDRESS | srv NAME PRIORITY WEIGHT PORT TARGET | naptr NAME ORDER PREFERENCE SERVICE REPLACEMENT
// | fail NAME
Result<void> ScenarioRunner::dns(const Step& step)
{
    auto& names = simulation().dns();
    const auto number = [&](std::size_t index) {
        return static_cast<std::uint16_t>(parse_unsigned(step.word(index), 65535).value_or(0));
    };
    if (step.word(1) == "a")
        names.add_address(step.word(2), step.word(3));
    else if (step.word(1) == "srv")
        names.add_srv(step.word(2), {number(3), number(4), number(5), step.word(6)});
    else if (step.word(1) == "naptr")
        names.add_naptr(step.word(2), {number(3), number(4), "s", step.word(5), "", step.word(6)});
    else if (step.word(1) == "fail")
        names.fail_for(step.word(2));
    else
        return fail(400, fmt::format("dns {}: a, srv, naptr or fail was expected", step.word(1)));
    return {};
}

}  // namespace junctor::server
