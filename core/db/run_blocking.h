// Runs a task to its end on an event loop of its own and waits: for the start, before workers run, and for
// tools. Never on a worker's thread once it serves. A query that names no deadline has a minute here instead
// of the database's own: a start may take its time.
//
//     const auto rows = db::run_blocking(subscribers.select());
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "core/runtime/task.h"
#include "core/runtime/worker.h"

namespace junctor::db
{
namespace detail
{

void run_to_end(Task<bool> task);
// The loop on which this thread does it now; null: it does not. Who may answer after the end holds on to it.
std::shared_ptr<Worker> loop_run_to_end();

template <class T>
Task<bool> keep(Task<T> task, std::optional<T>& result)
{
    result.emplace(co_await std::move(task));
    co_return true;
}

}  // namespace detail

// Is this worker the loop on which run_blocking() runs a task on this thread? It is gone when the task is
// done.
bool is_run_blocking(const Worker& worker);

template <class T>
T run_blocking(Task<T> task)
{
    std::optional<T> result;
    detail::run_to_end(detail::keep(std::move(task), result));
    return std::move(*result);
}

}  // namespace junctor::db
