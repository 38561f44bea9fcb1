// The tool's database: the driver is loaded as a module, as the server does it.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/db/database.h"
#include "tools/junctorctl/settings.h"

namespace junctor::ctl
{

// Closes (and so writes everything) when it goes.
class OpenDatabase
{
public:
    // `may_create`: a file that is not there is made. The error says what is missing; its status is the
    // tool's exit status.
    static Result<OpenDatabase> open(const std::string& url, const std::string& module_directory,
                                     bool may_create);
    OpenDatabase(OpenDatabase&&) noexcept;
    OpenDatabase& operator=(OpenDatabase&&) noexcept;
    ~OpenDatabase();

    std::shared_ptr<db::Database> database() const;

private:
    struct Impl;
    explicit OpenDatabase(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace junctor::ctl
