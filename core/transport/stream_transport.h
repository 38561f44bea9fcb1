// The stream connections of one worker: accepts, connects, reuses, and passes on what another worker's
// connection must send.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/transport/connection.h"
#include "core/transport/connection_table.h"

namespace junctor::transport
{

class StreamTransport;

// What the workers' stream transports share. Any thread.
class StreamHub : public std::enable_shared_from_this<StreamHub>
{
public:
    explicit StreamHub(std::size_t most_connections) : table(most_connections) {}

    ConnectionTable table;

    void join(unsigned worker, Worker& loop, StreamTransport& transport);
    void leave(unsigned worker);  // on the worker's thread, or after that has ended
    // Runs `work` on that worker's thread, unless it has left by then. False: there is no such worker.
    bool post(unsigned worker, std::function<void(StreamTransport&)> work);

private:
    struct Member {
        Worker* loop = nullptr;
        StreamTransport* transport = nullptr;
    };
    StreamTransport* transport_of(unsigned worker);

    std::mutex mutex_;
    std::unordered_map<unsigned, Member> members_;
};

class StreamTransport final : private ConnectionOwner
{
public:
    StreamTransport(EventLoop& loop, std::span<const ListenSocket> sockets, std::shared_ptr<StreamHub> hub,
                    const Options& options, Receiver& receiver, Statistics& statistics);
    ~StreamTransport() override;
    StreamTransport(const StreamTransport&) = delete;
    StreamTransport& operator=(const StreamTransport&) = delete;

    void listen(const ListenSocket& socket, Descriptor descriptor);
    Result<void> send(const Destination& to, std::string_view bytes, Transport::OnError on_error);
    void extend_lifetime(std::uint64_t connection, std::chrono::seconds time);

private:
    struct Listener {
        Listener(EventLoop& loop, const ListenSocket& where, Descriptor descriptor,
                 std::function<void()> again)
            : socket(where), readiness(loop, std::move(descriptor)), retry(loop.timers(), std::move(again))
        {
        }
        const ListenSocket& socket;
        Readiness readiness;
        Timer retry;
    };
    class Report;

    void on_message(Connection& connection, std::string bytes) override;
    void on_broken_stream(Connection& connection, const Error& error, std::string_view bytes) override;
    void on_half_closed(Connection& connection) override;
    void on_closed(Connection& connection, const std::string& why) override;
    std::span<char> read_buffer() override { return buffer_; }

    void wait_for_connection(Listener& listener);
    void accept(Listener& listener);
    void take(const ListenSocket& socket, Descriptor descriptor, const Endpoint& remote);
    std::optional<std::uint64_t> new_id(const ListenSocket& socket, const Endpoint& remote);
    std::optional<ConnectionTable::Entry> find(const Destination& to) const;
    // Empty: there is none, or it is dead, which only this write has shown: nobody finds it any more.
    // `on_error` is then kept.
    std::optional<Result<void>> send_on(std::uint64_t connection, std::string_view bytes,
                                        Transport::OnError& on_error);
    Result<void> send_here(const std::optional<ConnectionTable::Entry>& entry, const Destination& to,
                           std::string_view bytes, Transport::OnError& on_error);
    Result<void> send_there(unsigned worker, const Destination& to, std::string_view bytes,
                            Transport::OnError on_error);
    Result<void> connect(const Destination& to, std::string_view bytes, Transport::OnError& on_error);
    std::shared_ptr<Connection> add(std::uint64_t id, const ListenSocket& socket, const Endpoint& remote,
                                    Descriptor descriptor, Connection::Kind kind);

    EventLoop& loop_;
    const std::span<const ListenSocket> sockets_;
    const std::shared_ptr<StreamHub> hub_;
    const Options& options_;
    Receiver& receiver_;
    Statistics& statistics_;
    std::vector<char> buffer_;
    StreamPoll poll_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
    std::deque<std::uint64_t> half_closed_;                            // oldest first; may name closed ones
    std::unordered_map<std::uint64_t, Transport::OnError> elsewhere_;  // of messages handed to other workers
    std::uint64_t last_report_ = 0;
    bool is_full_ = false;  // said so in the log
};

}  // namespace junctor::transport
