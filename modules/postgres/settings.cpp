#include "modules/postgres/settings.h"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "core/base/address.h"
#include "core/base/ascii.h"

namespace junctor::postgres
{
namespace
{

// Names that libpq knows and that may stand in a URL as they are.
constexpr std::string_view of_libpq[] = {"sslmode", "sslrootcert", "sslcert", "sslkey", "application_name"};

Result<std::uint64_t> number_of(const std::string& name, const std::string& value, std::uint64_t lowest,
                                std::uint64_t highest)
{
    const auto number = parse_unsigned(value, highest);
    if (!number || *number < lowest)
        return fail(fmt::format("{}={} is no number from {} to {}", name, value, lowest, highest));
    return *number;
}

Result<void> set_option(const std::string& name, const std::string& value, Settings& settings)
{
    if (std::find(std::begin(of_libpq), std::end(of_libpq), name) != std::end(of_libpq)) {
        settings.options.emplace_back(name, value);
        return {};
    }
    if (name == "timezone") {
        const auto zone = db::Zone::parse(value);
        if (!zone) return fail(fmt::format("timezone={} is none of local, utc, +hh:mm, -hh:mm", value));
        settings.zone = *zone;
        return {};
    }
    if (name == "socket") {
        if (!value.starts_with('/'))
            return fail(fmt::format("socket={} is no absolute path of a folder", value));
        settings.options.emplace_back("host", value);
        return {};
    }
    if (name == "connect_timeout") {
        const auto milliseconds = number_of(name, value, 1, 600000);
        if (!milliseconds) return fail(milliseconds.error());
        settings.connect_timeout = std::chrono::milliseconds(*milliseconds);
        return {};
    }
    if (name == "readers" || name == "writers") {
        const auto count = number_of(name, value, 1, 16);
        if (!count) return fail(count.error());
        (name == "readers" ? settings.readers : settings.writers) = static_cast<unsigned>(*count);
        return {};
    }
    return fail(
        fmt::format("there is no parameter {}; there are deadline, timezone, socket, connect_timeout, "
                    "readers, writers, {}",
                    name, fmt::join(of_libpq, ", ")));
}

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
    for (const auto& [name, value] : url.parameters)
        if (auto set = set_option(name, value, settings); !set)
            return fail(fmt::format("{}: {}", settings.url, set.error().text));

    auto& options = settings.options;
    if (!url.host.empty()) {
        if (url.parameters.contains("socket"))
            return fail(fmt::format("{}: either a host or a socket, not both", settings.url));
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
    if (!url.parameters.contains("application_name")) options.emplace_back("application_name", "junctor");
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
