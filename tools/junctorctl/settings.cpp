#include "tools/junctorctl/settings.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "core/admin/unix_server.h"
#include "core/base/ascii.h"
#include "core/server/directories.h"

namespace fs = std::filesystem;

namespace junctor::ctl
{
namespace
{

// False: the file cannot be read.
bool read_rc(const std::string& path, Variables& variables, std::vector<std::string>& remarks)
{
    std::ifstream file(path);
    std::stringstream text;
    if (!file || !(text << file.rdbuf())) return fs::exists(path) && fs::is_empty(path);
    for (const std::string& remark : parse_rc(text.str(), variables))
        remarks.push_back(fmt::format("{}: {}", path, remark));
    return true;
}

fs::path own_directory()
{
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

}  // namespace

Result<Settings> Settings::load(GlobalOptions options, Environment environment)
{
    Settings settings;
    settings.options_ = std::move(options);
    settings.environment_ = std::move(environment);
    const std::string& chosen = settings.options_.config;
    if (!chosen.empty()) {
        if (!read_rc(chosen, settings.variables_, settings.remarks_))
            return fail(refused, "the settings file " + chosen + " cannot be read");
        return settings;
    }
    std::vector<std::string> files{"/etc/junctor/junctorctlrc"};
    if (const auto home = settings.from_environment("HOME")) files.push_back(*home + "/.junctorctlrc");
    for (const auto& file : files)
        if (fs::exists(file) && !read_rc(file, settings.variables_, settings.remarks_))
            settings.remarks_.push_back(file + " cannot be read");
    return settings;
}

std::optional<std::string> Settings::from_environment(const char* name) const
{
    const char* value = environment_(name);
    if (value == nullptr || *value == '\0') return {};
    return value;
}

std::optional<std::string> Settings::own(const std::string& option, const char* name) const
{
    if (!option.empty()) return option;
    if (auto value = from_environment(name)) return value;
    const auto found = variables_.find(name);
    if (found == variables_.end() || found->second.empty()) return {};
    return found->second;
}

std::string Settings::get(std::string_view name, std::string_view otherwise) const
{
    const auto found = variables_.find(name);
    if (found != variables_.end() && !found->second.empty()) return found->second;
    return from_environment(std::string(name).c_str()).value_or(std::string(otherwise));
}

bool Settings::is_on(std::string_view name, bool otherwise) const
{
    const std::string value = lower_copy(get(name, otherwise ? "1" : "0"));
    return value == "1" || value == "yes" || value == "true" || value == "on";
}

Result<Settings::DatabaseChoice> Settings::database() const
{
    if (auto url = own(options_.database, "JUNCTOR_DB")) return DatabaseChoice{*url, false};
    const std::string engine = lower_copy(get("DBENGINE"));
    if (engine.empty()) return DatabaseChoice{"sqlite://junctor.db", false};
    if (engine == "sqlite") return DatabaseChoice{"sqlite://" + get("DB_PATH", "junctor.db"), false};
    const bool postgres =
        engine == "pgsql" || engine == "postgres" || engine == "postgresql" || engine == "pgsql/postgres";
    if (engine != "mysql" && !postgres)
        return fail(no_database, "DBENGINE " + get("DBENGINE") + " is not known: use MYSQL, PGSQL or SQLITE");
    const std::string password = get("DBRWPW");
    DatabaseChoice choice;
    choice.password_missing = password.empty();
    choice.url = fmt::format("{}://{}:{}@{}/{}", postgres ? "postgres" : "mysql", get("DBRWUSER", "openser"),
                             password, get("DBHOST", "localhost"), get("DBNAME", "openser"));
    return choice;
}

std::string Settings::with_password(std::string url, std::string_view password)
{
    const std::size_t at = url.rfind(":@");
    if (at != std::string::npos) url.insert(at + 1, password);
    return url;
}

bool Settings::socket_is_chosen() const
{
    return own(options_.socket, "JUNCTOR_SOCKET").has_value();
}

std::vector<std::string> Settings::sockets() const
{
    if (auto chosen = own(options_.socket, "JUNCTOR_SOCKET")) return {*chosen};
    return {admin::default_socket, admin::service_socket};
}

std::optional<std::string> Settings::fifo() const
{
    const std::string path = get("OSER_FIFO");
    if (path.empty()) return {};
    return path;
}

std::string Settings::module_directory() const
{
    if (auto chosen = own(options_.modules, "JUNCTOR_MPATH")) return *chosen;
    return server::own_module_directory();
}

std::string Settings::server_program() const
{
    const std::string chosen = get("OSERBIN");
    if (!chosen.empty()) return chosen;
    const fs::path beside = own_directory() / "junctord";
    return fs::exists(beside) ? beside.string() : (own_directory().parent_path() / "sbin/junctord").string();
}

}  // namespace junctor::ctl
