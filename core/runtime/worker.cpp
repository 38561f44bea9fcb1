#include "core/runtime/worker.h"

namespace junctor
{
namespace
{
thread_local Worker* current_worker = nullptr;
}

Worker* Worker::current()
{
    return current_worker;
}

Worker::Here::Here(Worker& worker) : outer_(current_worker)
{
    current_worker = &worker;
}

Worker::Here::~Here()
{
    current_worker = outer_;
}

}  // namespace junctor
