#include "modules/mysql/driver.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/db/blocking_backend.h"
#include "core/db/url_parameters.h"
#include "modules/mysql/connection.h"
#include "modules/mysql/errors.h"

namespace junctor::mysql
{
namespace
{

bool is_word(const std::string& text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

Result<void> try_connection(const Settings& settings, bool may_create)
{
    auto trial = connect(settings);
    if (!trial && may_create && is_missing_database(trial.error()))
        if (auto made = create_database(settings); !made) return made;
    if (!trial && may_create) trial = connect(settings);
    if (!trial) return fail(std::move(trial.error()));
    return {};
}

}  // namespace

Result<std::shared_ptr<db::Backend>> Driver::open(const db::Url& url, db::Opening how)
{
    Settings settings;
    settings.host = url.host.empty() ? "localhost" : url.host;
    if (settings.host.front() == '[') settings.host = settings.host.substr(1, settings.host.size() - 2);
    settings.port = url.port;
    settings.user = url.user;
    settings.password = url.password;
    settings.database = url.database;
    db::BlockingBackend::Limits limits;
    limits.name = url.text();

    db::UrlParameters parameters(url);
    parameters.zone("timezone", settings.zone);
    parameters.text("socket", settings.socket);
    parameters.text("charset", settings.charset);
    if (!is_word(settings.charset)) parameters.refuse("charset is no name of a character set");
    parameters.number("readers", 1, 64, limits.readers);
    parameters.number("connect_timeout", 1, 60, settings.connect_timeout);
    parameters.number("network_timeout", 1, 3600, settings.network_timeout);
    if (auto good = parameters.finish(); !good) return fail(std::move(good.error()));

    if (how != db::Opening::Unseen)
        if (auto tried = try_connection(settings, how == db::Opening::OrMake); !tried)
            return fail(tried.error().status, fmt::format("{}: {}", url.text(), tried.error().text));
    return std::make_shared<db::BlockingBackend>(
        [settings](db::BlockingBackend::Use) { return connect(settings); }, limits);
}

}  // namespace junctor::mysql
