#include "tools/junctorctl/console.h"

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/admin/mi_text.h"
#include "core/admin/reply_json.h"
#include "core/base/ascii.h"

namespace junctor::ctl
{
namespace
{

constexpr const char* reset = "\x1b[0m";

}  // namespace

void Console::line(std::string text)
{
    say(Level::Plain, std::move(text));
}

void Console::info(std::string text)
{
    say(Level::Info, std::move(text));
}

void Console::warning(std::string text)
{
    say(Level::Warning, std::move(text));
}

void Console::error(std::string text)
{
    say(Level::Error, std::move(text));
}

void Console::say(Level level, std::string text)
{
    if (json_) {
        said_.push_back({level, std::move(text)});
        return;
    }
    std::ostream& to = level == Level::Error || level == Level::Warning ? ports_.err : ports_.out;
    const char* mark = ports_.colours ? "" : "** ";
    const auto coloured = [&](const char* colour, const char* word) {
        to << (ports_.colours ? colour : "") << mark << word << ": " << (ports_.colours ? reset : "");
    };
    switch (level) {
        case Level::Plain: break;
        case Level::Info: coloured("\x1b[32m", "INFO"); break;
        case Level::Warning: coloured("\x1b[33m", "WARNING"); break;
        case Level::Error: coloured("\x1b[31m", "ERROR"); break;
    }
    to << text << '\n';
}

void Console::reply(const mi::Reply& reply)
{
    if (json_) {
        has_reply_ = true;
        reply_ = reply;
        return;
    }
    std::string text = mi::text::print(reply, "\t");
    text.pop_back();  // the empty line at the end
    if (reply.code < 300) text.erase(0, text.find('\n') + 1);
    ports_.out << text;
}

void Console::table(const std::vector<std::string>& columns,
                    const std::vector<std::vector<std::string>>& rows)
{
    if (json_) {
        columns_ = columns;
        rows_ = rows;
        return;
    }
    std::vector<std::size_t> widths;
    widths.reserve(columns.size());
    for (const auto& column : columns) widths.push_back(column.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    const auto print = [&](const std::vector<std::string>& row) {
        std::string text;
        for (std::size_t i = 0; i < row.size(); ++i)
            text += i + 1 < row.size() ? fmt::format("{:<{}}  ", row[i], widths[i]) : row[i];
        ports_.out << text << '\n';
    };
    print(columns);
    for (const auto& row : rows) print(row);
}

int Console::finish(int status)
{
    if (!json_) return status;
    using Json = nlohmann::ordered_json;
    Json all{{"ok", status == 0}};
    Json messages = Json::array();
    for (const auto& [level, text] : said_) {
        const char* name = level == Level::Error     ? "error"
                           : level == Level::Warning ? "warning"
                           : level == Level::Info    ? "info"
                                                     : "output";
        messages.push_back({{"level", name}, {"text", text}});
    }
    all["messages"] = std::move(messages);
    if (has_reply_) {
        all["code"] = reply_.code;
        all["reason"] = reply_.reason;
        all["nodes"] = admin::nodes_to_json<Json>(reply_.nodes);
    }
    if (!columns_.empty()) {
        Json rows = Json::array();
        for (const auto& row : rows_) {
            Json object = Json::object();
            for (std::size_t i = 0; i < row.size(); ++i) object[columns_[i]] = row[i];
            rows.push_back(std::move(object));
        }
        all["rows"] = std::move(rows);
    }
    ports_.out << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    return status;
}

std::string Console::read_line()
{
    std::string line;
    std::getline(ports_.in, line);
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

bool Console::confirms(const std::string& question)
{
    ports_.err << question << " [y/n]: " << std::flush;
    const std::string answer = read_line();
    return iequals(answer, "y") || iequals(answer, "yes");
}

}  // namespace junctor::ctl
