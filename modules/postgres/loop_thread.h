// An event loop with a thread of its own, for what no worker may wait for.
#pragma once

#include <thread>

#include "core/runtime/event_loop.h"

namespace junctor::postgres
{

class LoopThread
{
public:
    LoopThread() : loop_(0), thread_([this] { loop_.run(); }) {}
    ~LoopThread() { stop(); }
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;

    EventLoop& loop() { return loop_; }
    // What is posted afterwards is destroyed with the loop.
    void stop()
    {
        if (!thread_.joinable()) return;
        loop_.stop();
        thread_.join();
    }

private:
    EventLoop loop_;
    std::thread thread_;
};

}  // namespace junctor::postgres
