#include "core/db/run_blocking.h"

#include "core/runtime/event_loop.h"

namespace junctor::db::detail
{
namespace
{

Task<bool> then_stop(Task<bool> task, EventLoop& loop)
{
    co_await std::move(task);
    loop.stop();
    co_return true;
}

}  // namespace

void run_to_end(Task<bool> task)
{
    EventLoop loop(0);
    Task<bool> whole = then_stop(std::move(task), loop);
    loop.post([&whole] { whole.start(); });
    loop.run();
}

}  // namespace junctor::db::detail
