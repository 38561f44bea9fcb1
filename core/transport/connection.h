// One stream connection: framing in, a bounded write queue out, and its deadlines.
//
//                      +- connect fails, times out ----------+
//     Connecting ------+                                     v
//         | writable   |        peer ends its side        Closed ---> Owner::on_closed, once
//         v            |     +-------> HalfClosed ---- grace ^
//        Open ---------+-----+                               |
//         | finish()   reset, idle, write blocked too long --+
//         +----> Finishing: the queue goes out, then our side ends, then what comes is thrown away until the
//         peer ends
//
// The first message of a turn is written at once, those that follow it leave together at the turn's end: of
// a trunk's many messages in one read, or in one batch of datagrams, each would be a system call.
//
// Never calls its owner inside send(). One worker; owned by shared_ptr, since callbacks may drop the owner's
// reference.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "core/sip/framing.h"
#include "core/transport/options.h"
#include "core/transport/stream_poll.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

class Connection;

class ConnectionOwner
{
public:
    virtual ~ConnectionOwner() = default;
    virtual void on_message(Connection& connection, std::string bytes) = 0;
    virtual void on_broken_stream(Connection& connection, const Error& error, std::string_view bytes) = 0;
    virtual void on_half_closed(Connection& connection) = 0;
    virtual void on_closed(Connection& connection, const std::string& why) = 0;
    virtual std::span<char> read_buffer() = 0;  // shared: nothing stays in it
};

class Connection final : public std::enable_shared_from_this<Connection>, private StreamPoll::Watcher
{
public:
    enum class Kind { Accepted, Connecting };

    Connection(EventLoop& loop, StreamPoll& poll, ConnectionOwner& owner, const Options& options, Flow flow,
               Descriptor descriptor, Kind kind);
    ~Connection() override;
    void start();  // once a shared_ptr holds it

    const Flow& flow() const { return flow_; }
    // May something still be sent?
    bool is_open() const { return state_ != State::Closed && state_ != State::Finishing && trouble_.empty(); }
    // `on_error` is taken only when the message has to wait, and told if it is lost later.
    Result<void> send(std::string_view bytes, Transport::OnError& on_error);
    void extend_lifetime(std::chrono::seconds time);
    void finish();                       // send what waits, then close
    void close(const std::string& why);  // at once

private:
    enum class State { Connecting, Open, HalfClosed, Finishing, Closed };
    struct Waiting {
        std::string bytes;
        Transport::OnError on_error;
    };

    void on_event(StreamPoll::Event event) override;
    void on_readable(bool ended);
    void on_writable();
    void on_deadline();
    void take(std::string_view bytes);
    void on_end_of_stream();
    [[nodiscard]] bool write_waiting();  // as much as the system takes; false: close_soon() was called
    void write_at_turn_end();
    void end_our_side();
    Result<void> write_now(std::string_view bytes, Transport::OnError& on_error);
    Result<void> wait_in_queue(std::string_view bytes, Transport::OnError& on_error);
    tl::unexpected<Error> refuse(std::string_view why) const;
    void close_soon(std::string why);  // on the next turn: for inside of send()
    bool is_finishing() const { return state_ == State::Finishing; }

    // What every message touches comes first: among ten thousand connections none of it is in the caches.
    State state_;
    bool has_spoken_ = false;      // a whole message came
    bool waits_writable_ = false;  // the system takes nothing at the moment
    bool will_write_ = false;      // at the end of this turn
    Descriptor descriptor_;
    const Flow flow_;
    EventLoop& loop_;
    ConnectionOwner& owner_;
    const Options& options_;
    const Clock& clock_;
    TimePoint last_traffic_;
    std::uint64_t last_write_turn_ = 0;
    std::string trouble_;  // of close_soon()
    sip::StreamFramer framer_;
    std::deque<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t written_ = 0;  // of the first that waits
    StreamPoll& poll_;
    std::size_t discarded_ = 0;
    TimePoint keep_until_{};
    Timer deadline_;     // connect, idle, grace
    Timer write_timer_;  // runs while the peer takes nothing
};

}  // namespace junctor::transport
