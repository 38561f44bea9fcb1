#include "core/runtime/task.h"

namespace junctor
{

TaskGroup::~TaskGroup()
{
    while (first_ != nullptr) std::coroutine_handle<Runner::promise_type>::from_promise(*first_).destroy();
}

TaskGroup::Runner::promise_type::~promise_type()
{
    group.unlink(*this);
}

void TaskGroup::link(Runner::promise_type& runner)
{
    runner.next = first_;
    if (first_ != nullptr) first_->previous = &runner;
    first_ = &runner;
    ++waiting_;
}

void TaskGroup::unlink(Runner::promise_type& runner)
{
    (runner.previous != nullptr ? runner.previous->next : first_) = runner.next;
    if (runner.next != nullptr) runner.next->previous = runner.previous;
    --waiting_;
}

}  // namespace junctor
