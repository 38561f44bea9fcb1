// The worker that production runs: a thread of Boost.Asio's event loop with a timer wheel on top.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/runtime/worker.h"

namespace boost::asio
{
class io_context;
}

namespace junctor
{

class EventLoop final : public Worker
{
public:
    explicit EventLoop(unsigned index);
    ~EventLoop() override;

    unsigned index() const override;
    const Clock& clock() const override;
    TimerWheel& timers() override;
    void post(std::function<void()> work) override;
    bool is_here() const override;

    void run();   // on the calling thread, until stop()
    void stop();  // from any thread
    // Runs `work` when the handler or the timers that run now have returned: for what is better done once for
    // all that happens together. From the loop's thread; before run(): in its first turn.
    void at_turn_end(std::function<void()> work);
    std::uint64_t turn() const;  // which one this is, from 1 on
    boost::asio::io_context& io();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace junctor
