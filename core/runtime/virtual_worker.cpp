#include "core/runtime/virtual_worker.h"

namespace junctor
{

void VirtualWorker::post(std::function<void()> work)
{
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
}

std::size_t VirtualWorker::posted() const
{
    const std::lock_guard lock(mutex_);
    return posted_.size();
}

bool VirtualWorker::run_posted(std::size_t limit)
{
    const Here here(*this);
    for (std::size_t done = 0; done < limit; ++done) {
        std::function<void()> work;
        {
            const std::lock_guard lock(mutex_);
            if (posted_.empty()) return true;
            work = std::move(posted_.front());
            posted_.pop_front();
        }
        work();
    }
    const std::lock_guard lock(mutex_);
    return posted_.empty();
}

}  // namespace junctor
