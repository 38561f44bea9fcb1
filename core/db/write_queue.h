// Group commit: writes of all workers are gathered and committed together; each waits for its own.
//
//     worker 0   a──┐        d──┐
//     worker 1   b──┤ c──┐      │           while a batch is being committed the next one gathers:
//     database      [a b]───[c d]───        the slower the disk, the more writes share its flush
//
// Units with the same order key are committed in the order they were given. A unit that was accepted is
// executed even if nobody waits for it any more. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/base/counter.h"
#include "core/db/driver.h"

namespace junctor::db
{

class WriteQueue
{
public:
    struct Limits {
        std::size_t waiting = 100000;  // units not yet handed to the database; more are refused (503)
        std::size_t batch = 1000;      // units of one commit
    };
    struct Counters {
        Counter accepted, refused, failed, commits;
    };
    using OnWritten = std::function<void(Result<std::uint64_t>)>;  // rows touched; on any thread

    WriteQueue(std::shared_ptr<Backend> backend, Limits limits);
    ~WriteQueue();
    WriteQueue(const WriteQueue&) = delete;
    WriteQueue& operator=(const WriteQueue&) = delete;

    void write(Worker& asker, Unit unit, std::uint64_t order_key, OnWritten done);
    std::size_t waiting() const;
    const Counters& counters() const;

private:
    struct Lane;
    struct State;
    std::shared_ptr<State> state_;  // also held by batches under way
};

}  // namespace junctor::db
