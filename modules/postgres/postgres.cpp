// postgres: tables in a PostgreSQL server (db_url postgres://user:password@host/database).
//
// Queries wait on the event loop of the worker that asks, many at a time on one connection; writes that come
// together share a commit.
#include "core/module/module.h"
#include "modules/postgres/driver.h"

namespace junctor::postgres
{
namespace
{

class Postgres final : public Module
{
public:
    static void declare(Declaration<Postgres>&) {}
    std::shared_ptr<db::Driver> database_driver() override { return std::make_shared<Driver>(); }
};

}  // namespace
}  // namespace junctor::postgres

JUNCTOR_MODULE(junctor::postgres::Postgres)
