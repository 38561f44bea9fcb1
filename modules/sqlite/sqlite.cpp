// sqlite: tables in a file beside the server (db_url sqlite:///path).
//
// One thread writes, others read; waiting writes share a commit, which is on disk when it is acknowledged.
#include "core/module/module.h"
#include "modules/sqlite/driver.h"

namespace junctor::sqlite
{
namespace
{

class Sqlite final : public Module
{
public:
    static void declare(Declaration<Sqlite>&) {}
    std::shared_ptr<db::Driver> database_driver() override { return std::make_shared<Driver>(); }
};

}  // namespace
}  // namespace junctor::sqlite

JUNCTOR_MODULE(junctor::sqlite::Sqlite)
