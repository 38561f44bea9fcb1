// mysql: tables of a MySQL or MariaDB server (db_url mysql://user:password@host:port/database).
//
// Threads with a connection each read, one writes; waiting writes share a commit.
#include "core/module/module.h"
#include "modules/mysql/driver.h"

namespace junctor::mysql
{
namespace
{

class Mysql final : public Module
{
public:
    static void declare(Declaration<Mysql>&) {}
    std::shared_ptr<db::Driver> database_driver() override { return std::make_shared<Driver>(); }
};

}  // namespace
}  // namespace junctor::mysql

JUNCTOR_MODULE(junctor::mysql::Mysql)
