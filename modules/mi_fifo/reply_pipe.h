// The pipe through which one FIFO client gets its answers: its name comes with the request, and the client
// reads.
//
// Texts leave in order, each through an opening of its own (a client reads to the end of file). Nothing
// blocks: a pipe without a reader is tried again by timer, a reader that stalls is given up. Main loop only.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/runtime/event_loop.h"
#include "core/runtime/readiness.h"
#include "core/runtime/task.h"

namespace junctor::mi_fifo
{

constexpr int open_retries = 4;  // while nobody reads
constexpr Duration open_pause = std::chrono::milliseconds(80);
constexpr Duration write_patience = std::chrono::seconds(10);  // with a reader that takes nothing

constexpr std::size_t max_queue = 256;  // replies of one command that wait for a slow reader; more are lost

class ReplyPipe
{
public:
    ReplyPipe(EventLoop& loop, std::string path) : loop_(loop), path_(std::move(path)) {}

    // Refused: no FIFO, a symbolic link, more than one link to it, or no reader after all retries.
    Task<Result<void>> open();
    // True: nothing drains the queue yet; the caller starts drain().
    bool queue(std::string text);
    // Writes until the queue is empty: the first text through the pipe that is open, if it is. What cannot be
    // written is logged and lost. The object lives until it has ended, or the task is destroyed first.
    Task<bool> drain();

private:
    Task<bool> write(std::string text);
    Task<bool> pause();
    Task<bool> writable();  // false: not within write_patience

    EventLoop& loop_;
    std::string path_;
    std::unique_ptr<Readiness> pipe_;  // null: closed
    std::deque<std::string> texts_;
    bool draining_ = false;
};

}  // namespace junctor::mi_fifo
