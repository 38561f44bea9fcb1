#include "tools/junctorctl/database.h"

#include "core/db/url.h"
#include "core/module/loader.h"

namespace junctor::ctl
{
namespace
{

std::string driver_of(std::string_view scheme)
{
    if (scheme == "postgres" || scheme == "postgresql" || scheme == "pgsql") return "postgres.so";
    return std::string(scheme) + ".so";
}

}  // namespace

struct OpenDatabase::Impl {
    explicit Impl(const std::string& module_directory)
        : loader(registry, {module_directory, module_directory})
    {
    }
    ~Impl()
    {
        database.reset();
        databases.close();
    }

    // The driver's code stays loaded until its objects are gone: the order of these members matters.
    Registry registry;
    Loader loader;
    db::Databases databases;
    std::shared_ptr<db::Database> database;
};

Result<OpenDatabase> OpenDatabase::open(const std::string& url, const std::string& module_directory,
                                        bool may_create)
{
    const auto parsed = db::Url::parse(url);
    if (!parsed) return fail(no_database, parsed.error().text);
    auto impl = std::make_unique<Impl>(module_directory);
    const auto module = impl->loader.load(driver_of(parsed->scheme), {});
    if (!module)
        return fail(no_database,
                    fmt::format("no driver for {}:// databases: {}", parsed->scheme, module.error().text));
    const auto driver = (*module)->object->database_driver();
    if (!driver) return fail(no_database, fmt::format("module {} is no database driver", (*module)->name));
    impl->databases.add(driver);
    auto database = impl->databases.open(url, may_create);
    if (!database) return fail(no_database, database.error().text);
    impl->database = std::move(*database);
    return OpenDatabase(std::move(impl));
}

OpenDatabase::OpenDatabase(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OpenDatabase::OpenDatabase(OpenDatabase&&) noexcept = default;
OpenDatabase& OpenDatabase::operator=(OpenDatabase&&) noexcept = default;
OpenDatabase::~OpenDatabase() = default;

std::shared_ptr<db::Database> OpenDatabase::database() const
{
    return impl_->database;
}

}  // namespace junctor::ctl
