#include "core/admin/unix_server.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/runtime/task.h"

using namespace junctor;
using namespace junctor::admin;
using Json = nlohmann::json;

namespace
{

// A blocking client; a read that nothing answers gives up after 10 s and fails the test.
class Client
{
public:
    explicit Client(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        const timeval patience{10, 0};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~Client() { close(fd_); }
    bool connected() const { return connected_; }
    void send(const std::string& text) { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
    void end_sending() { shutdown(fd_, SHUT_WR); }
    std::string line()
    {
        std::string text;
        for (char c = 0; read(fd_, &c, 1) == 1 && c != '\n';) text += c;
        return text;
    }
    bool is_closed()
    {
        char c = 0;
        return read(fd_, &c, 1) == 0;
    }

private:
    int fd_;
    bool connected_ = false;
};

struct Fixture {
    std::string folder =
        std::filesystem::temp_directory_path() / ("junctor_admin_" + std::to_string(getpid()));
    EventLoop loop{0};
    Registry registry;
    UnixServerSettings settings;
    OneShot<mi::Reply> later;
    int runs = 0;      // of `now`
    int finished = 0;  // of `wait`

    Fixture()
    {
        std::filesystem::create_directories(folder);
        settings.path = folder + "/control.sock";
        add("now", [this](mi::Request request) { return now(*this, std::move(request)); });
        add("wait", [this](mi::Request) { return wait(*this); });
    }
    ~Fixture() { std::filesystem::remove_all(folder); }
    void add(std::string name, std::function<Task<mi::Reply>(mi::Request)> run)
    {
        REQUIRE(registry.add_command({std::move(name), "", true, std::move(run)}));
    }
    static Task<mi::Reply> now(Fixture& self, mi::Request request)
    {
        ++self.runs;
        mi::Reply reply;
        for (auto& argument : request.arguments) reply.add("", std::move(argument));
        co_return reply;
    }
    static Task<mi::Reply> wait(Fixture& self)
    {
        mi::Reply reply = co_await self.later;
        ++self.finished;
        co_return reply;
    }

    std::unique_ptr<UnixServer> start()
    {
        auto started = UnixServer::start(loop, registry, settings);
        if (!started) FAIL(started.error().text);
        return std::move(*started);
    }
    // The client's part runs on a thread of its own while the loop serves.
    void serve(std::function<void()> client)
    {
        std::thread thread([&] {
            client();
            loop.stop();
        });
        loop.run();
        thread.join();
    }
};

std::string call(int id, std::string_view method, std::string_view params = "[]")
{
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params) + "\n";
}

}  // namespace

TEST_CASE_METHOD(Fixture, "each line to the control socket is a request and is answered by a line", "[admin]")
{
    const auto server = start();
    std::vector<std::string> lines;
    serve([&] {
        Client client(settings.path);
        client.send(call(1, "now", R"(["a"])") + "\r\n" + call(2, "now"));
        lines = {client.line(), client.line()};
        client.send("nonsense\n");
        lines.push_back(client.line());
    });
    CHECK(Json::parse(lines[0])["result"]["nodes"][0]["value"] == "a");
    CHECK(Json::parse(lines[1])["id"] == 2);
    CHECK(Json::parse(lines[2])["error"]["code"] == json_rpc::parse_error);
}

TEST_CASE_METHOD(Fixture, "a command that waits holds up neither its connection nor others", "[admin]")
{
    const auto server = start();
    std::vector<int> ids;
    serve([&] {
        Client client(settings.path);
        Client other(settings.path);
        client.send(call(1, "wait") + call(2, "now"));
        ids.push_back(Json::parse(client.line())["id"].get<int>());
        other.send(call(3, "now"));
        ids.push_back(Json::parse(other.line())["id"].get<int>());
        loop.post([&] { later.resolver().resolve(mi::Reply::ok()); });
        ids.push_back(Json::parse(client.line())["id"].get<int>());
    });
    CHECK(ids == std::vector<int>{2, 3, 1});
}

TEST_CASE_METHOD(Fixture, "a client that only ends its sending side still gets its answers", "[admin]")
{
    const auto server = start();
    std::string first;
    std::string second;
    bool closed = false;
    serve([&] {
        Client client(settings.path);
        std::string unfinished = call(2, "now");
        unfinished.pop_back();
        client.send(call(1, "wait") + unfinished);
        client.end_sending();
        first = client.line();
        loop.post([&] { later.resolver().resolve(mi::Reply::ok()); });
        second = client.line();
        closed = client.is_closed();
    });
    CHECK(Json::parse(first)["id"] == 2);
    CHECK(Json::parse(second)["id"] == 1);
    CHECK(closed);
    CHECK(server->connections() == 0);
}

TEST_CASE_METHOD(Fixture, "many requests at once are all answered although few may run at a time", "[admin]")
{
    settings.pending = 3;
    settings.output = 100;
    const auto server = start();
    int answered = 0;
    serve([&] {
        Client client(settings.path);
        std::string requests;
        for (int id = 0; id < 500; ++id) requests += call(id, "now", R"(["some text in the answer"])");
        client.send(requests);
        for (int id = 0; id < 500; ++id) answered += Json::parse(client.line())["id"] == id ? 1 : 0;
    });
    CHECK(answered == 500);
}

TEST_CASE_METHOD(Fixture, "with too many commands waiting a connection is not read until one ends", "[admin]")
{
    settings.pending = 1;
    const auto server = start();
    int runs_before = -1;
    serve([&] {
        Client client(settings.path);
        Client other(settings.path);
        client.send(call(1, "wait") + call(2, "now"));
        other.send(call(3, "now"));
        other.line();
        loop.post([&] {
            runs_before = runs;
            later.resolver().resolve(mi::Reply::ok());
        });
        client.line();
        client.line();
    });
    CHECK(runs_before == 1);
    CHECK(runs == 2);
}

TEST_CASE_METHOD(Fixture, "a line beyond the limit is refused and the connection closed", "[admin]")
{
    settings.limits.request = 1000;
    const auto server = start();
    std::string line;
    bool closed = false;
    serve([&] {
        Client client(settings.path);
        client.send(std::string(1001, 'x'));
        line = client.line();
        closed = client.is_closed();
    });
    CHECK(Json::parse(line)["error"]["code"] == json_rpc::too_large);
    CHECK(closed);
}

TEST_CASE_METHOD(Fixture, "a connection too many is told so and closed", "[admin]")
{
    settings.connections = 1;
    const auto server = start();
    std::string line;
    serve([&] {
        Client first(settings.path);
        first.send(call(1, "now"));
        first.line();
        Client second(settings.path);
        line = second.line();
    });
    CHECK(Json::parse(line)["error"]["message"] == "too many connections");
}

TEST_CASE_METHOD(Fixture, "a client that leaves does not stop its command", "[admin]")
{
    const auto server = start();
    serve([&] {
        {
            Client client(settings.path);
            client.send(call(1, "wait") + call(2, "now"));
            client.line();
        }
        Client other(settings.path);
        other.send(call(3, "now"));
        other.line();
    });
    CHECK(finished == 0);
    later.resolver().resolve(mi::Reply::ok());
    CHECK(finished == 1);
}

TEST_CASE_METHOD(Fixture, "the control socket has the mode that was set, and goes with the server", "[admin]")
{
    settings.access.mode = 0640;
    auto server = start();
    struct stat status {
    };
    REQUIRE(stat(settings.path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0640);
    server.reset();
    CHECK_FALSE(std::filesystem::exists(settings.path));
}

TEST_CASE_METHOD(Fixture, "a socket that a live server holds is left alone", "[admin]")
{
    auto first = start();
    const auto second = UnixServer::start(loop, registry, settings);
    REQUIRE_FALSE(second);
    CHECK(second.error().text.find("a server answers there already") != std::string::npos);
    CHECK(std::filesystem::exists(settings.path));
}

TEST_CASE_METHOD(Fixture, "a socket that a dead server left is replaced", "[admin]")
{
    {
        const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, settings.path.data(), settings.path.size());
        REQUIRE(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        close(fd);
    }
    REQUIRE(std::filesystem::exists(settings.path));
    const auto server = start();
    std::string line;
    serve([&] {
        Client client(settings.path);
        client.send(call(1, "now"));
        line = client.line();
    });
    CHECK(Json::parse(line)["id"] == 1);
}

TEST_CASE_METHOD(Fixture, "a path that cannot be a control socket is refused with a sentence", "[admin]")
{
    SECTION("a file that is no socket is not removed")
    {
        std::ofstream(settings.path) << "precious";
        const auto server = UnixServer::start(loop, registry, settings);
        REQUIRE_FALSE(server);
        CHECK(server.error().text.find("is no socket") != std::string::npos);
        CHECK(std::filesystem::exists(settings.path));
    }
    SECTION("no such directory")
    {
        settings.path = folder + "/no/such/place";
        CHECK_FALSE(UnixServer::start(loop, registry, settings));
    }
    SECTION("too long for the system")
    {
        settings.path = folder + "/" + std::string(100, 'x');
        CHECK_FALSE(UnixServer::start(loop, registry, settings));
    }
}

TEST_CASE("an unknown user or group for a socket is refused, a number is taken", "[admin]")
{
    CHECK_FALSE(file_access(0600, "no-such-user", ""));
    CHECK_FALSE(file_access(0600, "", "no-such-group"));
    const auto access = file_access(0600, "root", "7");
    REQUIRE(access);
    CHECK(access->user == 0);
    CHECK(access->group == 7);
    CHECK(file_access(0600, "root", "")->group == 0);
    CHECK_FALSE(file_access(0600, "1234", "")->group);
}
