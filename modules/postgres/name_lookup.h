// Addresses of the database's host: the system's resolver (files, DNS) on a thread that may wait for it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "modules/postgres/loop_thread.h"

namespace junctor::postgres
{

class NameLookup
{
public:
    using Found = std::function<void(Result<std::vector<std::string>>)>;  // addresses as text

    // `found` is called on `asker`'s loop. From any thread.
    void find(const std::string& host, EventLoop& asker, Found found);

private:
    std::mutex mutex_;
    std::unique_ptr<LoopThread> thread_;  // made by the first question
};

}  // namespace junctor::postgres
