#include "core/transport/cares_client.h"

#include <unordered_map>

#include <ares.h>
#include <sys/time.h>

#include "core/runtime/readiness.h"
#include "core/transport/dns_cache.h"
#include "core/transport/dns_message.h"

namespace junctor::transport
{

namespace
{

constexpr int default_tries = 2;  // as glibc's resolver
constexpr int class_internet = 1;

// The library wants to be initialised once, before threads use it.
int initialise_library()
{
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    return status;
}

std::string server_list(const std::vector<Endpoint>& servers)
{
    std::string text;
    for (const auto& server : servers) text += (text.empty() ? "" : ",") + server.text();
    return text;
}

}  // namespace

struct CaresClient::Impl {
    explicit Impl(EventLoop& on)
        : loop(on), timer(on.timers(), [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); })
    {
    }
    ~Impl()
    {
        ending = true;
        if (channel != nullptr) ares_destroy(channel);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    using Answer = OneShot<Result<DnsRecords>>;
    struct Question {
        Impl* client;
        std::uint64_t number;
        std::string name;
        DnsType type;
        Answer::Resolver resolver;
    };
    // A socket of c-ares, which opens and closes it.
    struct Watch : std::enable_shared_from_this<Watch> {
        Watch(Impl& owner, int fd) : client(owner), readiness(owner.loop, Descriptor(fd)) {}
        ~Watch() { readiness.release().release(); }

        Impl& client;
        Readiness readiness;
        bool wants_read = false, wants_write = false;
        bool waits_read = false, waits_write = false;

        void arm()
        {
            const int fd = readiness.fd();
            if (wants_read && !std::exchange(waits_read, true))
                readiness.when_readable([weak = weak_from_this(), fd] {
                    if (const auto self = weak.lock()) self->woken(self->waits_read, fd, ARES_SOCKET_BAD);
                });
            if (wants_write && !std::exchange(waits_write, true))
                readiness.when_writable([weak = weak_from_this(), fd] {
                    if (const auto self = weak.lock()) self->woken(self->waits_write, ARES_SOCKET_BAD, fd);
                });
        }
        void woken(bool& waits, ares_socket_t read, ares_socket_t write)
        {
            waits = false;
            client.process(read, write);
            const auto still = client.sockets.find(readiness.fd());
            if (still != client.sockets.end() && still->second.get() == this) arm();
        }
    };

    void on_socket(int fd, bool read, bool write)
    {
        if (!read && !write) {
            sockets.erase(fd);
            return;
        }
        auto& watch = sockets[fd];
        if (!watch) watch = std::make_shared<Watch>(*this, fd);
        watch->wants_read = read;
        watch->wants_write = write;
        watch->arm();
    }

    void process(ares_socket_t read, ares_socket_t write)
    {
        ares_process_fd(channel, read, write);
        set_timer();
    }

    void set_timer()
    {
        timeval room{};
        const timeval* const next = ares_timeout(channel, nullptr, &room);
        if (next == nullptr) return timer.stop();
        timer.start(std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec));
    }

    void on_answer(std::uint64_t number, int status, std::span<const std::uint8_t> message)
    {
        const auto question = questions.extract(number);
        if (ending || question.empty()) return;
        question.mapped().resolver.resolve(result_of(question.mapped(), status, message));
    }

    static Result<DnsRecords> result_of(const Question& question, int status,
                                        std::span<const std::uint8_t> message)
    {
        const bool nothing = status == ARES_ENOTFOUND || status == ARES_ENODATA;
        if (nothing && message.empty()) return DnsRecords{};
        if (status == ARES_SUCCESS || nothing) {
            auto records = parse_dns_answer(message, question.type);
            if (!records) return fail(question.name + ": " + records.error().text);
            return records;
        }
        return fail(question.name + ": " + ares_strerror(status));
    }

    Result<void> open(const DnsOptions& options);

    EventLoop& loop;
    Timer timer;
    ares_channel channel = nullptr;
    bool ending = false;
    std::uint64_t last_number = 0;
    std::unordered_map<std::uint64_t, Question> questions;
    std::unordered_map<int, std::shared_ptr<Watch>> sockets;
};

Result<void> CaresClient::Impl::open(const DnsOptions& options)
{
    if (const int status = initialise_library(); status != ARES_SUCCESS)
        return fail(std::string("the name service cannot start: ") + ares_strerror(status));
    ares_options wanted{};
    int mask = ARES_OPT_SOCK_STATE_CB | ARES_OPT_TRIES | ARES_OPT_FLAGS;
    wanted.sock_state_cb = [](void* self, ares_socket_t fd, int read, int write) {
        static_cast<Impl*>(self)->on_socket(fd, read != 0, write != 0);
    };
    wanted.sock_state_cb_data = this;
    wanted.tries = std::max(options.tries.value_or(default_tries), 1);
    wanted.flags = options.search_list ? 0 : ARES_FLAG_NOSEARCH;
    if (options.retransmit_after) {
        wanted.timeout = static_cast<int>(options.retransmit_after->count());
        mask |= ARES_OPT_TIMEOUTMS;
    }
    if (const int status = ares_init_options(&channel, &wanted, mask); status != ARES_SUCCESS)
        return fail(std::string("the name service cannot start: ") + ares_strerror(status));

    int status = ARES_SUCCESS;
    if (!options.server_addresses.empty()) {
        status = ares_set_servers_ports_csv(channel, server_list(options.server_addresses).c_str());
    } else if (options.servers && *options.servers > 0) {
        ares_addr_port_node* servers = nullptr;
        status = ares_get_servers_ports(channel, &servers);
        const std::unique_ptr<void, decltype(&ares_free_data)> owner(servers, &ares_free_data);
        ares_addr_port_node* last = servers;
        for (int i = 1; last != nullptr && i < *options.servers; ++i) last = last->next;
        if (last != nullptr) {
            ares_addr_port_node* const rest = std::exchange(last->next, nullptr);
            if (status == ARES_SUCCESS) status = ares_set_servers_ports(channel, servers);
            last->next = rest;
        }
    }
    if (status != ARES_SUCCESS)
        return fail(std::string("the name servers are not taken: ") + ares_strerror(status));
    return {};
}

CaresClient::CaresClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

CaresClient::~CaresClient() = default;

Result<std::unique_ptr<CaresClient>> CaresClient::make(EventLoop& loop, const DnsOptions& options)
{
    auto impl = std::make_unique<Impl>(loop);
    if (auto opened = impl->open(options); !opened) return fail(opened.error());
    return std::unique_ptr<CaresClient>(new CaresClient(std::move(impl)));
}

Task<Result<DnsRecords>> CaresClient::query(std::string name, DnsType type)
{
    Impl::Answer answer;
    const std::uint64_t number = ++impl_->last_number;
    auto& question =
        impl_->questions.emplace(number, Impl::Question{impl_.get(), number, name, type, answer.resolver()})
            .first->second;  // stays where it is until it is answered
    ares_search(
        impl_->channel, name.c_str(), class_internet, wire_type(type),
        [](void* self, int status, int, unsigned char* message, int size) {
            auto& asked = *static_cast<Impl::Question*>(self);
            asked.client->on_answer(asked.number, status,
                                    {message, message == nullptr ? 0 : static_cast<std::size_t>(size)});
        },
        &question);
    impl_->set_timer();
    co_return co_await answer;
}

namespace
{

// Owns both halves, and the order in which they go.
class DnsService final : public DnsClient
{
public:
    DnsService(EventLoop& loop, std::unique_ptr<CaresClient> servers)
        : servers_(std::move(servers)), cache_(*servers_, loop.clock(), HostsFile(loop.clock()))
    {
    }
    Task<Result<DnsRecords>> query(std::string name, DnsType type) override
    {
        return cache_.query(std::move(name), type);
    }

private:
    std::unique_ptr<CaresClient> servers_;
    DnsCache cache_;
};

}  // namespace

Result<std::unique_ptr<DnsClient>> make_dns_client(EventLoop& loop, const DnsOptions& options)
{
    auto servers = CaresClient::make(loop, options);
    if (!servers) return fail(servers.error());
    return std::make_unique<DnsService>(loop, std::move(*servers));
}

}  // namespace junctor::transport
