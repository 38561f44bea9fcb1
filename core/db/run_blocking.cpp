#include "core/db/run_blocking.h"

#include "core/runtime/event_loop.h"

namespace junctor::db
{
namespace detail
{
namespace
{

thread_local std::shared_ptr<EventLoop> current_loop;

Task<bool> then_stop(Task<bool> task, EventLoop& loop)
{
    co_await std::move(task);
    loop.stop();
    co_return true;
}

}  // namespace

std::shared_ptr<Worker> loop_run_to_end()
{
    return current_loop;
}

void run_to_end(Task<bool> task)
{
    const auto loop = std::make_shared<EventLoop>(0);
    const auto outer = std::exchange(current_loop, loop);
    Task<bool> whole = then_stop(std::move(task), *loop);
    loop->post([&whole] { whole.start(); });
    loop->run();
    current_loop = outer;
}

}  // namespace detail

bool is_run_blocking(const Worker& worker)
{
    return detail::current_loop.get() == &worker;
}

}  // namespace junctor::db
