#include "modules/postgres/settings.h"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "core/base/address.h"
#include "core/db/url_parameters.h"

namespace junctor::postgres
{
namespace
{

// Names that libpq knows and that may stand in a URL as they are.
constexpr const char* of_libpq[] = {"sslmode", "sslrootcert", "sslcert", "sslkey", "application_name"};

std::string without_brackets(const std::string& host)
{
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
    return host;
}

}  // namespace

Result<Settings> Settings::of(const db::Url& url)
{
    Settings settings;
    settings.url = url.text();
    db::UrlParameters parameters(url);
    parameters.zone("timezone", settings.zone);
    parameters.milliseconds("connect_timeout", 600000, settings.connect_timeout);
    parameters.number("readers", 1, 16, settings.readers);
    parameters.number("writers", 1, 16, settings.writers);
    std::string socket;
    parameters.text("socket", socket);
    if (!socket.empty() && !socket.starts_with('/'))
        parameters.refuse(fmt::format("socket={} is no absolute path of a folder", socket));
    if (!socket.empty() && !url.host.empty()) parameters.refuse("either a host or a socket, not both");
    settings.options.emplace_back("application_name", "junctor");
    for (const char* name : of_libpq) {
        std::string value;
        parameters.text(name, value);
        if (!value.empty()) settings.options.emplace_back(name, value);  // the last one counts
    }
    if (auto good = parameters.finish(); !good) return fail(std::move(good.error()));

    auto& options = settings.options;
    if (!socket.empty()) options.emplace_back("host", socket);
    if (!url.host.empty()) {
        const std::string host = without_brackets(url.host);
        if (IpAddress::parse(host))
            options.emplace_back("hostaddr", host);
        else
            settings.host_to_look_up = host;
        options.emplace_back("host", host);  // whose name a certificate must have
    }
    if (url.port != 0) options.emplace_back("port", std::to_string(url.port));
    options.emplace_back("dbname", url.database);
    if (!url.user.empty()) options.emplace_back("user", url.user);
    if (!url.password.empty()) options.emplace_back("password", url.password);
    options.emplace_back("client_encoding", "UTF8");
    // A ticket service may be slow or away, and libpq would wait for it.
    options.emplace_back("gssencmode", "disable");
    // A peer that has lost its power says nothing: noticed within half a minute.
    for (const auto& [name, value] :
         {std::pair("keepalives_idle", "10"), std::pair("keepalives_interval", "5"),
          std::pair("keepalives_count", "3"), std::pair("tcp_user_timeout", "25000")})
        options.emplace_back(name, value);
    return settings;
}

std::string server_name_of(const db::Zone& zone)
{
    if (!zone.is_local()) {
        // POSIX counts the hours west of Greenwich.
        const int west = -zone.seconds_east(), distance = std::abs(west);
        return fmt::format("<local>{}{:02}:{:02}", west < 0 ? '-' : '+', distance / 3600, distance / 60 % 60);
    }
    if (const char* name = std::getenv("TZ"); name != nullptr) return *name == ':' ? name + 1 : name;
    std::error_code none;
    const std::string path = std::filesystem::canonical("/etc/localtime", none).string();
    const std::string_view folder = "/zoneinfo/";
    const std::size_t at = path.find(folder);
    return at == std::string::npos ? std::string() : path.substr(at + folder.size());
}

}  // namespace junctor::postgres
