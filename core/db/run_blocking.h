// Runs a task to its end on an event loop of its own and waits: for the start, before workers run, and for
// tools. Never on a worker's thread once it serves.
//
//     const auto rows = db::run_blocking(subscribers.select());
#pragma once

#include <optional>
#include <utility>

#include "core/runtime/task.h"

namespace junctor::db
{
namespace detail
{

void run_to_end(Task<bool> task);

template <class T>
Task<bool> keep(Task<T> task, std::optional<T>& result)
{
    result.emplace(co_await std::move(task));
    co_return true;
}

}  // namespace detail

template <class T>
T run_blocking(Task<T> task)
{
    std::optional<T> result;
    detail::run_to_end(detail::keep(std::move(task), result));
    return std::move(*result);
}

}  // namespace junctor::db
