// From the main loop, where MI commands run, to a worker, where transactions live, and back.
#pragma once

#include <functional>
#include <utility>

#include "core/runtime/task.h"
#include "core/runtime/worker.h"

namespace junctor::tm
{

// What `question` answers on `there`, awaited on `here`.
template <class Answer>
Task<Answer> ask_worker(Worker& there, Worker& here, std::function<Answer()> question)
{
    OneShot<Answer> answer;
    there.post([&here, question = std::move(question), resolver = answer.resolver()] {
        here.post([resolver, value = question()]() mutable { resolver.resolve(std::move(value)); });
    });
    co_return co_await answer;
}

}  // namespace junctor::tm
