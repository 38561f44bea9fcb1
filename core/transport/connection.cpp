#include "core/transport/connection.h"

#include <sys/uio.h>

#include "core/transport/datagram.h"
#include "core/transport/system_socket.h"

namespace junctor::transport
{

namespace
{

constexpr std::size_t most_parts = 64;  // messages in one write
// What is still read, and for how long, after our side has ended: closing with unread bytes would reset the
// connection, and the peer might never see our last answer.
constexpr std::size_t most_discarded = 1U << 20;
constexpr Duration linger = std::chrono::seconds(2);

bool is_passing(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

}  // namespace

Connection::Connection(EventLoop& loop, StreamPoll& poll, ConnectionOwner& owner, const Options& options,
                       Flow flow, Descriptor descriptor, Kind kind)
    : state_(kind == Kind::Connecting ? State::Connecting : State::Open),
      waits_writable_(kind == Kind::Connecting),
      descriptor_(std::move(descriptor)),
      flow_(flow),
      loop_(loop),
      owner_(owner),
      options_(options),
      clock_(loop.clock()),
      last_traffic_(clock_.now()),
      framer_(max_datagram),
      poll_(poll),
      deadline_(loop.timers(), [this] { on_deadline(); }),
      write_timer_(loop.timers(), [this] { close("the peer takes nothing any more"); })
{
}

Connection::~Connection()
{
    if (state_ != State::Closed) poll_.forget(*this);
}

void Connection::start()
{
    deadline_.start(state_ == State::Connecting ? options_.tcp_connect_timeout
                                                : options_.tcp_connection_lifetime);
    poll_.watch(descriptor_.get(), *this);
}

void Connection::on_event(StreamPoll::Event event)
{
    const auto self = shared_from_this();
    if (event.writable) on_writable();
    if (event.readable) on_readable(event.ended);
}

// Reading

void Connection::on_readable(bool ended)
{
    if (state_ != State::Open && !is_finishing()) return;
    if (!trouble_.empty()) return close(trouble_);  // what is read now would hide it
    const auto buffer = owner_.read_buffer();
    const ssize_t size = ::recv(descriptor_.get(), buffer.data(), buffer.size(), 0);
    if (size == 0) return on_end_of_stream();
    if (size < 0) {
        if (!is_passing(errno)) close(system_error_text(errno));
        return;
    }
    const auto count = static_cast<std::size_t>(size);
    if (is_finishing()) {
        discarded_ += count;
        if (discarded_ > most_discarded) return close("the peer goes on sending after the end");
    } else {
        last_traffic_ = clock_.now();
        take({buffer.data(), count});
    }
    if (count < buffer.size() && !ended) return;
    // There may be more, which no event tells: in a later turn, so that the others get theirs.
    loop_.post([weak = weak_from_this(), ended] {
        if (const auto self = weak.lock()) self->on_readable(ended);
    });
}

void Connection::take(std::string_view bytes)
{
    framer_.feed(bytes);
    while (state_ == State::Open) {
        auto event = framer_.next();
        if (!event) {
            owner_.on_broken_stream(*this, event.error(), framer_.pending());
            return finish();
        }
        if (!*event) return;
        if ((*event)->kind == sip::StreamFramer::Event::Kind::Ping) {
            Transport::OnError nobody;
            (void)send("\r\n", nobody);  // RFC 5626 §4.4.1; where it cannot be sent, that shows by itself
            continue;
        }
        has_spoken_ = true;
        owner_.on_message(*this, std::move((*event)->bytes));
    }
}

// The peer will send nothing any more, but may wait for answers to what it has sent: RFC 3261 §18.2.2 wants
// them on this connection while it is open.
void Connection::on_end_of_stream()
{
    if (is_finishing() || (!has_spoken_ && waiting_.empty())) return close("the peer closed");
    state_ = State::HalfClosed;
    deadline_.start(options_.tcp_half_close_grace);
    owner_.on_half_closed(*this);
}

// Writing

Result<void> Connection::send(std::string_view bytes, Transport::OnError& on_error)
{
    if (!is_open()) return refuse("the connection is closed");
    if (waits_writable_) return wait_in_queue(bytes, on_error);
    const bool is_first = std::exchange(last_write_turn_, loop_.turn()) != loop_.turn();
    if (is_first && waiting_.empty()) return write_now(bytes, on_error);
    if (waiting_bytes_ + bytes.size() > options_.tcp_write_queue && !write_waiting()) return refuse(trouble_);
    const auto queued = wait_in_queue(bytes, on_error);
    if (queued) write_at_turn_end();
    return queued;
}

Result<void> Connection::write_now(std::string_view bytes, Transport::OnError& on_error)
{
    const ssize_t size = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && !is_passing(errno)) {
        close_soon(system_error_text(errno));
        return refuse(trouble_);
    }
    last_traffic_ = clock_.now();
    if (size == static_cast<ssize_t>(bytes.size())) return {};
    const auto queued = wait_in_queue(bytes, on_error);
    if (queued) {
        written_ = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
        write_timer_.start(options_.tcp_send_timeout);
        waits_writable_ = true;
        return {};
    }
    // Half a message is on its way and the rest cannot be kept: nothing sensible can follow it.
    if (size > 0) close_soon(queued.error().text);
    return queued;
}

Result<void> Connection::wait_in_queue(std::string_view bytes, Transport::OnError& on_error)
{
    if (waiting_bytes_ + bytes.size() > options_.tcp_write_queue)
        return refuse("the connection's write queue is full");
    waiting_bytes_ += bytes.size();
    waiting_.push_back({std::string(bytes), std::move(on_error)});
    return {};
}

tl::unexpected<Error> Connection::refuse(std::string_view why) const
{
    return fail(503, flow_.remote.text().append(": ").append(why));
}

void Connection::write_at_turn_end()
{
    if (std::exchange(will_write_, true)) return;
    loop_.at_turn_end([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->will_write_ = false;
        if (self->state_ != State::Closed && !self->write_waiting()) self->close(self->trouble_);
    });
}

void Connection::on_writable()
{
    if (state_ == State::Closed || !std::exchange(waits_writable_, false)) return;
    if (state_ == State::Connecting) {
        if (const int error = pending_error(descriptor_.get()); error != 0)
            return close(system_error_text(error));
        state_ = State::Open;
        last_traffic_ = clock_.now();
        deadline_.start(options_.tcp_connection_lifetime);
    }
    if (!write_waiting()) close(trouble_);
}

bool Connection::write_waiting()
{
    while (!waiting_.empty()) {
        std::array<iovec, most_parts> parts{};
        std::size_t count = 0;
        for (auto& message : waiting_) {
            if (count == most_parts) break;
            const std::size_t skip = count == 0 ? written_ : 0;
            parts[count++] = {message.bytes.data() + skip, message.bytes.size() - skip};
        }
        msghdr header{};
        header.msg_iov = parts.data();
        header.msg_iovlen = count;
        const ssize_t size = ::sendmsg(descriptor_.get(), &header, MSG_NOSIGNAL);
        if (size < 0) {
            if (!is_passing(errno)) {
                close_soon(system_error_text(errno));
                return false;
            }
            if (!write_timer_.is_running()) write_timer_.start(options_.tcp_send_timeout);
            waits_writable_ = true;
            return true;
        }
        last_traffic_ = clock_.now();
        write_timer_.stop();
        for (written_ += static_cast<std::size_t>(size); !waiting_.empty();) {
            const std::size_t length = waiting_.front().bytes.size();
            if (written_ < length) break;
            written_ -= length;
            waiting_bytes_ -= length;
            waiting_.pop_front();
        }
    }
    write_timer_.stop();
    if (is_finishing()) end_our_side();
    return true;
}

// The end

void Connection::finish()
{
    if (state_ == State::Closed || is_finishing()) return;
    if (state_ == State::HalfClosed && waiting_.empty()) return close("done");
    const bool connecting = state_ == State::Connecting;
    state_ = State::Finishing;
    if (connecting) return close("closed before it was open");
    if (waiting_.empty()) end_our_side();
}

void Connection::close_soon(std::string why)
{
    trouble_ = std::move(why);
    deadline_.start(Duration::zero());
}

void Connection::end_our_side()
{
    ::shutdown(descriptor_.get(), SHUT_WR);
    deadline_.start(linger);
}

void Connection::on_deadline()
{
    if (!trouble_.empty()) return close(trouble_);
    switch (state_) {
        case State::Connecting: return close("the connect timed out");
        case State::Open: break;
        case State::HalfClosed:
        case State::Finishing: return close("the peer closed");
        case State::Closed: return;
    }
    const TimePoint end = std::max(last_traffic_ + options_.tcp_connection_lifetime, keep_until_);
    const Duration left = end - clock_.now();
    if (left <= Duration::zero()) return close("no traffic");
    deadline_.start(left);
}

void Connection::extend_lifetime(std::chrono::seconds time)
{
    keep_until_ = std::max(keep_until_, clock_.now() + time);
}

void Connection::close(const std::string& why)
{
    if (state_ == State::Closed) return;
    state_ = State::Closed;
    const auto self = shared_from_this();
    deadline_.stop();
    write_timer_.stop();
    poll_.forget(*this);
    descriptor_.reset();
    const auto lost = std::exchange(waiting_, {});
    owner_.on_closed(*this, why);
    for (const auto& message : lost)
        if (message.on_error) message.on_error({503, flow_.remote.text() + ": " + why});
}

}  // namespace junctor::transport
