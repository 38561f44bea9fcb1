#include "core/transport/stream_transport.h"

#include "core/base/log.h"
#include "core/transport/system_socket.h"

namespace junctor::transport
{

namespace
{

constexpr std::size_t read_size = 65536;
constexpr int most_accepts = 32;               // in one turn
constexpr std::size_t most_half_closed = 256;  // they do not count as connections any more
constexpr Duration accept_pause = std::chrono::milliseconds(100);

}  // namespace

void StreamHub::join(unsigned worker, Worker& loop, StreamTransport& transport)
{
    const std::lock_guard lock(mutex_);
    members_[worker] = {&loop, &transport};
}

void StreamHub::leave(unsigned worker)
{
    const std::lock_guard lock(mutex_);
    members_.erase(worker);
}

StreamTransport* StreamHub::transport_of(unsigned worker)
{
    const std::lock_guard lock(mutex_);
    const auto member = members_.find(worker);
    return member == members_.end() ? nullptr : member->second.transport;
}

bool StreamHub::post(unsigned worker, std::function<void(StreamTransport&)> work)
{
    const std::lock_guard lock(mutex_);  // the loop cannot go meanwhile
    const auto member = members_.find(worker);
    if (member == members_.end()) return false;
    member->second.loop->post([hub = shared_from_this(), worker, work = std::move(work)] {
        if (StreamTransport* const transport = hub->transport_of(worker)) work(*transport);
    });
    return true;
}

// Travels with a message to another worker and comes back when that is done with it, with the error if there
// was one. So the callback itself never leaves its own thread.
class StreamTransport::Report
{
public:
    Report(std::shared_ptr<StreamHub> hub, unsigned origin, std::uint64_t number)
        : hub_(std::move(hub)), origin_(origin), number_(number)
    {
    }
    ~Report()
    {
        hub_->post(origin_, [number = number_, error = std::move(error)](StreamTransport& transport) {
            auto waiting = transport.elsewhere_.extract(number);
            if (waiting.empty() || !error) return;
            ++transport.statistics_.send_errors;
            waiting.mapped()(*error);
        });
    }
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;

    std::optional<Error> error;

private:
    std::shared_ptr<StreamHub> hub_;
    unsigned origin_;
    std::uint64_t number_;
};

StreamTransport::StreamTransport(EventLoop& loop, std::span<const ListenSocket> sockets,
                                 std::shared_ptr<StreamHub> hub, const Options& options, Receiver& receiver,
                                 Statistics& statistics)
    : loop_(loop),
      sockets_(sockets),
      hub_(std::move(hub)),
      options_(options),
      receiver_(receiver),
      statistics_(statistics),
      buffer_(read_size),
      poll_(loop)
{
    hub_->join(loop_.index(), loop_, *this);
}

StreamTransport::~StreamTransport()
{
    hub_->leave(loop_.index());
    for (const auto& [id, connection] : connections_) hub_->table.close(id);
}

// Accepting

void StreamTransport::listen(const ListenSocket& socket, Descriptor descriptor)
{
    const std::size_t index = listeners_.size();
    listeners_.push_back(std::make_unique<Listener>(
        loop_, socket, std::move(descriptor), [this, index] { wait_for_connection(*listeners_[index]); }));
    wait_for_connection(*listeners_.back());
}

void StreamTransport::wait_for_connection(Listener& listener)
{
    listener.readiness.when_readable([this, &listener] { accept(listener); });
}

void StreamTransport::accept(Listener& listener)
{
    for (int i = 0; i < most_accepts; ++i) {
        SocketAddress remote;
        Descriptor accepted(::accept4(listener.readiness.fd(), remote.data(), remote.size_pointer(),
                                      SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (accepted) {
            take(listener.socket, std::move(accepted), remote.endpoint());
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
        if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
            continue;  // that one is gone
        log_error("transport", "{}: no connection can be accepted for now: {}", listener.socket.text(),
                  system_error_text(errno));
        return listener.retry.start(accept_pause);
    }
    wait_for_connection(listener);
}

void StreamTransport::take(const ListenSocket& socket, Descriptor descriptor, const Endpoint& remote)
{
    const auto id = new_id(socket, remote);
    if (!id) {
        ++statistics_.connections_refused;
        return;
    }
    ++statistics_.connections_accepted;
    prepare_stream(descriptor.get(), remote.ip.is_v6(), options_);
    add(*id, socket, remote, std::move(descriptor), Connection::Kind::Accepted);
}

std::optional<std::uint64_t> StreamTransport::new_id(const ListenSocket& socket, const Endpoint& remote)
{
    const auto id = hub_->table.open(loop_.index(), socket, remote);
    if (!id && !is_full_)
        log_warning("transport", "tcp_max_connections={} is reached: further connections are refused",
                    options_.tcp_max_connections);
    is_full_ = !id;
    return id;
}

std::shared_ptr<Connection> StreamTransport::add(std::uint64_t id, const ListenSocket& socket,
                                                 const Endpoint& remote, Descriptor descriptor,
                                                 Connection::Kind kind)
{
    auto connection =
        std::make_shared<Connection>(loop_, poll_, static_cast<ConnectionOwner&>(*this), options_,
                                     Flow{&socket, remote, id}, std::move(descriptor), kind);
    connections_.emplace(id, connection);
    ++statistics_.connections;
    connection->start();
    return connection;
}

// Sending

std::optional<ConnectionTable::Entry> StreamTransport::find(const Destination& to) const
{
    std::optional<ConnectionTable::Entry> entry;
    if (to.connection != 0) entry = hub_->table.find(to.connection);
    if (!entry) entry = hub_->table.find(to.protocol, to.remote, to.socket);
    return entry;
}

Result<void> StreamTransport::send(const Destination& to, std::string_view bytes, Transport::OnError on_error)
{
    // First without the table of all workers and its mutex.
    if (auto sent = send_on(to.connection, bytes, on_error)) return *std::move(sent);
    const auto entry = find(to);
    if (entry && entry->worker != loop_.index())
        return send_there(entry->worker, to, bytes, std::move(on_error));
    return send_here(entry, to, bytes, on_error);
}

std::optional<Result<void>> StreamTransport::send_on(std::uint64_t connection, std::string_view bytes,
                                                     Transport::OnError& on_error)
{
    const auto place = connections_.find(connection);
    if (place == connections_.end()) return {};
    auto sent = place->second->send(bytes, on_error);
    if (sent || place->second->is_open()) return sent;
    hub_->table.close(connection);
    return {};
}

Result<void> StreamTransport::send_here(const std::optional<ConnectionTable::Entry>& entry,
                                        const Destination& to, std::string_view bytes,
                                        Transport::OnError& on_error)
{
    if (entry)
        if (auto sent = send_on(entry->id, bytes, on_error)) return *std::move(sent);
    return connect(to, bytes, on_error);
}

Result<void> StreamTransport::connect(const Destination& to, std::string_view bytes,
                                      Transport::OnError& on_error)
{
    const ListenSocket* const socket = pick_socket(sockets_, hub_->table, to);
    if (socket == nullptr) return no_socket_fits(to);
    auto descriptor = open_connecting_socket(socket->address.ip, to.remote, options_);
    if (!descriptor) return fail(descriptor.error());
    const auto id = new_id(*socket, to.remote);
    if (!id) return fail(503, "tcp_max_connections is reached");
    ++statistics_.connections_opened;
    return add(*id, *socket, to.remote, std::move(*descriptor), Connection::Kind::Connecting)
        ->send(bytes, on_error);
}

Result<void> StreamTransport::send_there(unsigned worker, const Destination& to, std::string_view bytes,
                                         Transport::OnError on_error)
{
    std::shared_ptr<Report> report;
    if (on_error) {
        report = std::make_shared<Report>(hub_, loop_.index(), ++last_report_);
        elsewhere_.emplace(last_report_, std::move(on_error));
    }
    const bool posted = hub_->post(
        worker, [to, text = std::string(bytes), report = std::move(report)](StreamTransport& other) {
            Transport::OnError tell;
            if (report) tell = [report](const Error& error) { report->error = error; };
            const auto sent = other.send_here(other.find(to), to, text, tell);
            if (!sent && report) report->error = sent.error();
        });
    if (posted) return {};
    return fail(503, to.remote.text() + ": the connection's worker has stopped");
}

void StreamTransport::extend_lifetime(std::uint64_t connection, std::chrono::seconds time)
{
    if (const auto place = connections_.find(connection); place != connections_.end())
        return place->second->extend_lifetime(time);
    if (const auto entry = hub_->table.find(connection); entry && entry->worker != loop_.index())
        hub_->post(entry->worker,
                   [connection, time](StreamTransport& other) { other.extend_lifetime(connection, time); });
}

// What connections tell

void StreamTransport::on_message(Connection& connection, std::string bytes)
{
    ++statistics_.received;
    statistics_.bytes_received += bytes.size();
    receiver_.on_message(std::move(bytes), connection.flow());
}

void StreamTransport::on_broken_stream(Connection& connection, const Error& error, std::string_view bytes)
{
    receiver_.on_broken_stream(error, bytes, connection.flow());
}

void StreamTransport::on_half_closed(Connection& connection)
{
    hub_->table.retire(connection.flow().connection);
    half_closed_.push_back(connection.flow().connection);
    if (half_closed_.size() <= most_half_closed) return;
    const auto oldest = connections_.find(half_closed_.front());
    half_closed_.pop_front();
    if (oldest != connections_.end())
        std::shared_ptr(oldest->second)->close("too many wait for their last answers");
}

void StreamTransport::on_closed(Connection& connection, const std::string& why)
{
    const std::uint64_t id = connection.flow().connection;
    log_debug("transport", "connection {} with {} is closed: {}", id, connection.flow().remote.text(), why);
    hub_->table.close(id);
    connections_.erase(id);
    --statistics_.connections;
    receiver_.on_connection_closed(id);
}

}  // namespace junctor::transport
