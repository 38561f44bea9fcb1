#include "core/admin/legacy_server.h"

#include <cstring>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/admin/core_commands.h"
#include "test/unit/admin/fake_server.h"

using namespace junctor;
using namespace junctor::test;

namespace
{

sockaddr_un address_of(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

// As openserunix: bound to a name of its own, if it is to be answered.
class Client
{
public:
    explicit Client(const std::string& own_path) : fd_(socket(AF_UNIX, SOCK_DGRAM, 0))
    {
        const sockaddr_un own = address_of(own_path);
        if (!own_path.empty()) bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own);
    }
    ~Client() { close(fd_); }
    void send(const std::string& server, const std::string& text) const
    {
        const sockaddr_un to = address_of(server);
        sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    std::string receive() const
    {
        std::string text(65536, '\0');
        pollfd waiting{fd_, POLLIN, 0};
        if (poll(&waiting, 1, 10000) != 1) return "nothing came";
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(recv(fd_, text.data(), text.size(), 0), 0)));
        return text;
    }

private:
    int fd_;
};

struct Fixture {
    std::string folder =
        std::filesystem::temp_directory_path() / ("junctor_legacy_" + std::to_string(getpid())) / "";
    std::string path = folder + "openser.sock";
    EventLoop loop{0};
    FakeServer fake;
    Registry registry;
    OneShot<mi::Reply> later;

    Fixture()
    {
        std::filesystem::create_directories(folder);
        REQUIRE(admin::add_core_commands(registry, fake));
        REQUIRE(registry.add_command({"ul_flush", "", false, [this](mi::Request) { return wait(*this); }}));
    }
    ~Fixture() { std::filesystem::remove_all(folder); }
    static Task<mi::Reply> wait(Fixture& self) { co_return co_await self.later; }
    std::unique_ptr<admin::LegacyServer> start(std::size_t running = 64)
    {
        admin::LegacyServerSettings settings;
        settings.path = path;
        settings.running = running;
        auto started = admin::LegacyServer::start(loop, registry, std::move(settings));
        if (!started) FAIL(started.error().text);
        return std::move(*started);
    }
    void serve(const std::function<void()>& client)
    {
        std::thread thread([&] {
            client();
            loop.stop();
        });
        loop.run();
        thread.join();
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a datagram is answered to the address that its sender has bound", "[admin]")
{
    const auto server = start();
    std::string first;
    std::string second;
    serve([&] {
        const Client client(folder + "client");
        const Client nameless("");
        nameless.send(path, ":print:\nnobody\n");
        client.send(path, ":print:\nhello\n");
        first = client.receive();
        client.send(path, "nonsense");
        second = client.receive();
    });
    CHECK(first == "200 OK\nhello\n");
    CHECK(second == "400 First line malformed\n");
}

TEST_CASE_METHOD(Fixture, "a legacy command that waits does not hold up the next one", "[admin]")
{
    const auto server = start();
    std::string first;
    std::string second;
    serve([&] {
        const Client slow(folder + "slow");
        const Client fast(folder + "fast");
        slow.send(path, ":ul_flush:\n");
        fast.send(path, ":print:\nhello\n");
        second = fast.receive();
        loop.post([&] { later.resolver().resolve(mi::Reply::ok()); });
        first = slow.receive();
    });
    CHECK(second == "200 OK\nhello\n");
    CHECK(first == "200 ul_flush completed\n");
}

TEST_CASE_METHOD(Fixture, "with too many waiting, the next datagram is read when one has ended", "[admin]")
{
    const auto server = start(1);
    std::string first;
    std::string second;
    serve([&] {
        const Client slow(folder + "slow");
        const Client next(folder + "next");
        slow.send(path, ":ul_flush:\n");
        next.send(path, ":print:\nhello\n");
        loop.post([&] { later.resolver().resolve(mi::Reply::ok()); });
        first = slow.receive();
        second = next.receive();
    });
    CHECK(first == "200 ul_flush completed\n");
    CHECK(second == "200 OK\nhello\n");
}

TEST_CASE_METHOD(Fixture, "a client that has gone harms nobody, and the socket goes with the server",
                 "[admin]")
{
    auto server = start();
    std::string answer;
    serve([&] {
        {
            const Client gone(folder + "gone");
            gone.send(path, ":ul_flush:\n");
        }
        std::filesystem::remove(folder + "gone");
        loop.post([&] { later.resolver().resolve(mi::Reply::ok()); });
        const Client client(folder + "client");
        client.send(path, ":print:\nstill here\n");
        answer = client.receive();
    });
    CHECK(answer == "200 OK\nstill here\n");
    CHECK_FALSE(admin::LegacyServer::start(loop, registry, {path, {}, std::chrono::seconds(2), 64}));
    server.reset();
    CHECK_FALSE(std::filesystem::exists(path));
}
