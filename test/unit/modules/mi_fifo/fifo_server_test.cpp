#include "modules/mi_fifo/fifo_server.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/runtime/task.h"

using namespace junctor;
using namespace junctor::mi_fifo;

namespace
{

// Whether a read will not wait; gives up after 10 s, which fails the test.
bool ready(int fd)
{
    pollfd waiting{fd, POLLIN, 0};
    return poll(&waiting, 1, 10000) == 1;
}

struct Fixture {
    std::string folder =
        std::filesystem::temp_directory_path() / ("junctor_fifo_" + std::to_string(getpid())) / "";
    EventLoop loop{0};
    Registry registry;
    FifoSettings settings;
    OneShot<mi::Reply> later;
    std::vector<std::vector<std::string>> calls;

    Fixture()
    {
        std::signal(SIGPIPE, SIG_IGN);  // as in the server
        std::filesystem::create_directories(folder);
        settings.path = folder + "fifo";
        settings.access.mode = 0660;
        settings.reply_dir = folder;
        add("echo", true, [this](mi::Request request) { return echo(*this, std::move(request)); });
        add("plain", false, [this](mi::Request request) { return echo(*this, std::move(request)); });
        add("wait", true, [this](mi::Request) { return wait(*this); });
        add("ring", true, [this](mi::Request request) { return ring(*this, std::move(request)); });
    }
    ~Fixture()
    {
        std::signal(SIGPIPE, SIG_DFL);
        std::filesystem::remove_all(folder);
    }
    void add(std::string name, bool takes_input, std::function<Task<mi::Reply>(mi::Request)> run)
    {
        REQUIRE(registry.add_command({std::move(name), "", takes_input, std::move(run)}));
    }
    static Task<mi::Reply> echo(Fixture& self, mi::Request request)
    {
        self.calls.push_back(request.arguments);
        mi::Reply reply;
        for (auto& argument : request.arguments) reply.add("", std::move(argument));
        co_return reply;
    }
    static Task<mi::Reply> wait(Fixture& self) { co_return co_await self.later; }
    static Task<mi::Reply> ring(Fixture& self, mi::Request request)
    {
        request.progress(mi::Reply::error(180, "Ringing"));
        request.progress(mi::Reply::error(183, "Session Progress"));
        co_return co_await self.later;
    }

    std::unique_ptr<FifoServer> start()
    {
        auto started = FifoServer::start(loop, registry, settings);
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
    void write(const std::string& text) const
    {
        const int fd = open(settings.path.c_str(), O_WRONLY | O_NONBLOCK);
        [[maybe_unused]] const auto written = ::write(fd, text.data(), text.size());
        close(fd);
    }
    int make_reply_pipe(const std::string& name) const
    {
        mkfifo((folder + name).c_str(), 0600);
        return open((folder + name).c_str(), O_RDONLY | O_NONBLOCK);
    }
    // To the end of file, as `cat` reads; closes.
    static std::string read_to_end(int fd)
    {
        std::string text;
        std::array<char, 4096> buffer;
        for (ssize_t got = 1; got > 0 && ready(fd);) {
            got = read(fd, buffer.data(), buffer.size());
            if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
        }
        close(fd);
        return text;
    }
    std::string ask(const std::string& command, const std::string& lines = {})
    {
        const int reply = make_reply_pipe("reply");
        write(":" + command + ":reply\n" + lines + "\n");
        return read_to_end(reply);
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Fixture, "a command through the FIFO is answered through the reply pipe", "[mi_fifo]")
{
    const auto server = start();
    std::string answer;
    serve([&] { answer = ask("echo", "location\n\"two\nlines\"\n"); });
    CHECK(answer == "200 OK\nlocation\ntwo\nlines\n\n");
    CHECK(calls == std::vector<Texts>{{"location", "two\nlines"}});
}

TEST_CASE_METHOD(Fixture, "refusals have OpenSER's texts, without an empty line at the end", "[mi_fifo]")
{
    const auto server = start();
    Texts answers;
    serve([&] {
        answers.push_back(ask("no_such"));
        answers.push_back(ask("Echo"));
        answers.push_back(ask("echo", "\"open\n"));
        answers.push_back(ask("echo", std::string(8192, 'x') + "\n"));
        answers.push_back(ask("echo", "next\n"));
    });
    CHECK(answers == Texts{"500 command 'no_such' not available\n", "500 command 'Echo' not available\n",
                           "400 parse error in command 'echo'\n", "400 parse error in command 'echo'\n",
                           "200 OK\nnext\n\n"});
    CHECK(calls.size() == 1);
}

TEST_CASE_METHOD(Fixture, "a command without input discards its arguments unread", "[mi_fifo]")
{
    const auto server = start();
    std::string answer;
    serve([&] { answer = ask("plain", "\"open\n"); });
    CHECK(answer == "200 OK\n\n");
    CHECK(calls == std::vector<Texts>{{}});
}

TEST_CASE_METHOD(Fixture, "without a reply pipe that may be used a command is not executed", "[mi_fifo]")
{
    const auto server = start();
    const std::string before =
        GENERATE(":echo:\n\n", ":echo:../reply\n\n", ":echo:no_such_pipe\n\n", ":echo:a_file\n\n",
                 ":echo:a_link\n\n", ":echo:two_names\n\n", "echo\n\n");
    std::ofstream(folder + "a_file") << "precious";
    const int linked = make_reply_pipe("linked");
    std::filesystem::create_symlink(folder + "linked", folder + "a_link");
    const int two_names = make_reply_pipe("two_names");
    std::filesystem::create_hard_link(folder + "two_names", folder + "second_name");
    std::string answer;
    serve([&] {
        write(before);
        answer = ask("echo", "behind\n");
    });
    close(linked);
    close(two_names);
    CHECK(answer == "200 OK\nbehind\n\n");
    CHECK(calls == std::vector<Texts>{{"behind"}});
    std::string content;
    std::ifstream(folder + "a_file") >> content;
    CHECK(content == "precious");
}

TEST_CASE_METHOD(Fixture, "a reply pipe whose name is too long is refused", "[mi_fifo]")
{
    const auto server = start();
    std::string answer;
    serve([&] {
        const std::string name(max_reply_path + 1 - folder.size(), 'r');
        const int pipe = make_reply_pipe(name);
        write(":echo:" + name + "\n\n");
        answer = ask("echo");
        close(pipe);
    });
    CHECK(answer == "200 OK\n\n");
    CHECK(calls.size() == 1);
}

TEST_CASE_METHOD(Fixture, "a reader that comes late is waited for", "[mi_fifo]")
{
    const auto server = start();
    std::string answer;
    serve([&] {
        mkfifo((folder + "late").c_str(), 0600);
        write(":echo:late\nx\n\n");
        ask("plain");  // the server has seen both by now
        answer = read_to_end(open((folder + "late").c_str(), O_RDONLY));
    });
    CHECK(answer == "200 OK\nx\n\n");
}

TEST_CASE_METHOD(Fixture, "a command that waits does not hold up the next client", "[mi_fifo]")
{
    const auto server = start();
    std::string first;
    std::string second;
    serve([&] {
        const int pipe = make_reply_pipe("slow");
        write(":wait:slow\n\n");
        second = ask("echo");
        loop.post([&] { later.resolver().resolve(mi::Reply::error(408, "Request Timeout")); });
        first = read_to_end(pipe);
    });
    CHECK(second == "200 OK\n\n");
    CHECK(first == "408 Request Timeout\n\n");
}

TEST_CASE_METHOD(Fixture, "provisional results reach the client before the command has ended", "[mi_fifo]")
{
    const auto server = start();
    std::string before;
    std::string after;
    serve([&] {
        // Two results may share an opening or not, depending on how fast the client reads.
        int pipe = make_reply_pipe("reply");
        const auto read_until = [&](std::string& text, std::string_view expected) {
            for (int opening = 0; opening < 3 && text.find(expected) == std::string::npos; ++opening) {
                text += read_to_end(pipe);
                pipe = make_reply_pipe("reply");
            }
        };
        write(":ring:reply\n\n");
        read_until(before, "183 ");
        loop.post([&] { later.resolver().resolve(mi::Reply::ok()); });
        read_until(after, "200 ");
        close(pipe);
    });
    CHECK(before == "180 Ringing\n\n183 Session Progress\n\n");
    CHECK(after == "200 OK\n\n");
}

TEST_CASE_METHOD(Fixture, "a long reply arrives whole although its reader is slow", "[mi_fifo]")
{
    add("long", false, [](mi::Request) -> Task<mi::Reply> {
        mi::Reply reply;
        for (int i = 0; i < 20000; ++i) reply.add("AOR", std::to_string(i));
        co_return reply;
    });
    const auto server = start();
    std::string answer;
    std::string meanwhile;
    serve([&] {
        const int pipe = make_reply_pipe("slow");
        write(":long:slow\n\n");
        meanwhile = ask("echo");
        answer = read_to_end(pipe);
    });
    CHECK(meanwhile == "200 OK\n\n");
    CHECK(std::count(answer.begin(), answer.end(), '\n') == 20002);
    CHECK(answer.ends_with("AOR:: 19999\n\n"));
}

TEST_CASE_METHOD(Fixture, "a client that leaves in the middle of a reply harms nobody", "[mi_fifo]")
{
    add("long", false, [](mi::Request) -> Task<mi::Reply> {
        mi::Reply reply;
        reply.add("", std::string(1 << 20, 'x'));
        co_return reply;
    });
    const auto server = start();
    std::string answer;
    serve([&] {
        const int pipe = make_reply_pipe("gone");
        write(":long:gone\n\n");
        ready(pipe);
        close(pipe);
        answer = ask("echo");
    });
    CHECK(answer == "200 OK\n\n");
}

TEST_CASE_METHOD(Fixture, "when as many commands wait as may, the FIFO is read again after one has ended",
                 "[mi_fifo]")
{
    settings.running = 1;
    const auto server = start();
    std::string first;
    std::string second;
    serve([&] {
        const int slow = make_reply_pipe("slow");
        const int next = make_reply_pipe("next");
        write(":wait:slow\n\n:echo:next\nx\n\n");
        loop.post([&] { later.resolver().resolve(mi::Reply::ok()); });
        first = read_to_end(slow);
        second = read_to_end(next);
    });
    CHECK(first == "200 OK\n\n");
    CHECK(second == "200 OK\nx\n\n");
}

TEST_CASE_METHOD(Fixture, "the FIFO has its mode, replaces a file of its name and goes with the server",
                 "[mi_fifo]")
{
    std::ofstream(settings.path) << ":uptime:written_while_no_server_ran\n\n";
    auto server = start();
    struct stat status {
    };
    REQUIRE(lstat(settings.path.c_str(), &status) == 0);
    CHECK(S_ISFIFO(status.st_mode));
    CHECK((status.st_mode & 07777) == 0660);
    server.reset();
    CHECK_FALSE(std::filesystem::exists(settings.path));
}

TEST_CASE_METHOD(Fixture, "a FIFO that cannot be made stops the start with a sentence", "[mi_fifo]")
{
    settings.path = folder + "no/such/place";
    const auto server = FifoServer::start(loop, registry, settings);
    REQUIRE_FALSE(server);
    CHECK(server.error().text.find("cannot be made") != std::string::npos);
}
