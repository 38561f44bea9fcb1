#include "modules/postgres/driver.h"

#include <future>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "modules/postgres/backend.h"
#include "modules/postgres/connection.h"

namespace junctor::postgres
{
namespace
{

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgPtr = std::unique_ptr<PGconn, Finish>;

// Waits, which the start and tools may.
PgPtr connect(const Settings& settings, const char* database = nullptr)
{
    const std::string timeout =
        fmt::format("{}", std::max<std::int64_t>(2, (settings.connect_timeout.count() + 999) / 1000));
    std::vector<const char*> names, values;
    for (const auto& [name, value] : settings.options) {
        names.push_back(name.c_str());
        values.push_back(database != nullptr && name == "dbname" ? database : value.c_str());
    }
    names.insert(names.end(), {"connect_timeout", nullptr});
    values.insert(values.end(), {timeout.c_str(), nullptr});
    return PgPtr(PQconnectdbParams(names.data(), values.data(), 0));
}

bool is_missing_database(PGconn* connection, const std::string& name)
{
    // libpq keeps no code of a connection that failed; the name is quoted in every language.
    const std::string_view text = PQerrorMessage(connection);
    return PQstatus(connection) != CONNECTION_OK && text.find("FATAL") != std::string_view::npos &&
           text.find("\"" + name + "\"") != std::string_view::npos &&
           text.find("does not exist") != std::string_view::npos &&
           text.find("role") == std::string_view::npos;
}

Result<void> make_database(const Settings& settings, const std::string& name)
{
    const PgPtr server = connect(settings, "template1");
    if (PQstatus(server.get()) != CONNECTION_OK) return fail(503, error_text(server.get()));
    const std::string sql =
        fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", Dialect().quoted(name));
    const std::unique_ptr<PGresult, void (*)(PGresult*)> made(PQexec(server.get(), sql.c_str()), PQclear);
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) return fail(error_text(server.get()));
    return {};
}

Result<void> try_connection(const db::Url& url, const Settings& settings, bool may_create)
{
    const PgPtr trial = connect(settings);
    if (PQstatus(trial.get()) == CONNECTION_OK) return {};
    const bool missing = is_missing_database(trial.get(), url.database);
    if (missing && may_create) return make_database(settings, url.database);
    const std::string way_out =
        missing ? fmt::format("; make it with: junctorctl --db {} db create", url.text()) : "";
    return fail(503, error_text(trial.get()) + way_out);
}

}  // namespace

Result<std::shared_ptr<db::Backend>> Driver::open(const db::Url& url, db::Opening how)
{
    auto settings = Settings::of(url);
    if (!settings) return fail(settings.error());
    if (how != db::Opening::Unseen)
        if (auto tried = try_connection(url, *settings, how == db::Opening::OrMake); !tried)
            return fail(tried.error().status, fmt::format("{}: {}", url.text(), tried.error().text));
    return std::make_shared<Backend>(std::move(*settings));
}

}  // namespace junctor::postgres
