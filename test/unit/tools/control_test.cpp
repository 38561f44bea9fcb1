#include "tools/junctorctl/control.h"

#include <csignal>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "core/admin/mi_text.h"
#include "core/admin/unix_server.h"
#include "modules/mi_fifo/fifo_server.h"

using namespace junctor;
using namespace junctor::ctl;
using Texts = std::vector<std::string>;

namespace
{

constexpr std::chrono::seconds patience{10};

struct Fixture {
    std::string folder =
        std::filesystem::temp_directory_path() / ("junctor_ctl_" + std::to_string(getpid())) / "";
    EventLoop loop{0};
    Registry registry;
    Texts got;

    Fixture()
    {
        std::signal(SIGPIPE, SIG_IGN);
        std::filesystem::create_directories(folder);
        REQUIRE(registry.add_command(
            {"echo", "", true, [this](mi::Request request) { return echo(*this, request); }}));
        REQUIRE(registry.add_command({"ring", "", true, [](mi::Request request) { return ring(request); }}));
        REQUIRE(registry.add_command({"never", "", true, [](mi::Request) { return never(); }}));
    }
    ~Fixture()
    {
        std::signal(SIGPIPE, SIG_DFL);
        std::filesystem::remove_all(folder);
    }
    static Task<mi::Reply> echo(Fixture& self, mi::Request request)
    {
        self.got = request.arguments;
        mi::Reply reply;
        reply.add("Count", std::to_string(request.arguments.size())).with("a", "b").add("", "child");
        co_return reply;
    }
    static Task<mi::Reply> ring(mi::Request request)
    {
        request.progress(mi::Reply::error(180, "Ringing"));
        co_return mi::Reply::error(404, "Not Found");
    }
    static Task<mi::Reply> never()
    {
        OneShot<mi::Reply> nothing;
        co_return co_await nothing;
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

struct SocketFixture : Fixture {
    std::string path = folder + "control.sock";
    std::unique_ptr<admin::UnixServer> server;

    SocketFixture()
    {
        admin::UnixServerSettings settings;
        settings.path = path;
        auto started = admin::UnixServer::start(loop, registry, settings);
        REQUIRE(started);
        server = std::move(*started);
    }
};

struct FifoFixture : Fixture {
    std::string path = folder + "fifo";
    std::unique_ptr<mi_fifo::FifoServer> server;

    FifoFixture()
    {
        auto started = mi_fifo::FifoServer::start(loop, registry, {path, {}, folder, "\t"});
        REQUIRE(started);
        server = std::move(*started);
    }
};

}  // namespace

TEST_CASE_METHOD(SocketFixture, "over the control socket arguments and reply trees arrive whole",
                 "[junctorctl]")
{
    Result<mi::Reply> reply;
    Result<mi::Reply> unknown;
    const Texts sent{"", "a\n\nb", "\"quoted\"", "x::y", "end\\"};
    serve([&] {
        const auto control = connect_to_socket(path, patience);
        reply = (*control)->run("echo", sent);
        unknown = (*control)->run("no_such", {});
    });
    REQUIRE(reply);
    CHECK(got == sent);
    CHECK(mi::text::print(*reply, "\t") == "200 OK\nCount:: 5 a=b\n\tchild\n\n");
    REQUIRE(unknown);
    CHECK(unknown->code == 500);
    CHECK(unknown->reason == "command 'no_such' not available");
}

TEST_CASE_METHOD(SocketFixture, "an answer that does not come in time is an error", "[junctorctl]")
{
    Result<mi::Reply> reply;
    serve([&] { reply = (*connect_to_socket(path, std::chrono::seconds(0)))->run("never", {}); });
    REQUIRE_FALSE(reply);
    CHECK(reply.error().status == no_server);
    CHECK(reply.error().text.find("no answer within 0 s") != std::string::npos);
}

TEST_CASE_METHOD(SocketFixture, "that the server has gone is seen", "[junctorctl]")
{
    bool still_there = true;
    bool gone = false;
    serve([&] {
        const auto control = connect_to_socket(path, patience);
        (*control)->run("echo", {});
        still_there = !(*control)->wait_until_gone(std::chrono::seconds(0));
        loop.post([&] { server.reset(); });
        gone = (*control)->wait_until_gone(patience);
    });
    CHECK(still_there);
    CHECK(gone);
}

TEST_CASE_METHOD(Fixture, "a control socket that nobody serves is an error that names it", "[junctorctl]")
{
    const auto control = connect_to_socket(folder + "none.sock", patience);
    REQUIRE_FALSE(control);
    CHECK(control.error().status == no_server);
    CHECK(control.error().text.find("none.sock") != std::string::npos);
}

TEST_CASE_METHOD(FifoFixture, "over the FIFO arguments arrive whole and replies as lines", "[junctorctl]")
{
    Result<mi::Reply> reply;
    Result<mi::Reply> unknown;
    const Texts sent{"", "a\nb", "\"quoted\"", "sip:[2001:db8::1]", " blank ", "plain"};
    serve([&] {
        const auto control = use_fifo(path, folder, patience);
        reply = (*control)->run("echo", sent);
        unknown = (*control)->run("no_such", {});
    });
    REQUIRE(reply);
    CHECK(got == sent);
    CHECK(mi::text::print(*reply, "\t") == "200 OK\nCount:: 6 a=b\n\tchild\n\n");
    REQUIRE(unknown);
    CHECK(unknown->code == 500);
    CHECK(unknown->reason == "command 'no_such' not available");
    CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);  // the reply pipes are gone
}

TEST_CASE_METHOD(FifoFixture, "of several results over the FIFO the final one counts", "[junctorctl]")
{
    Result<mi::Reply> reply;
    serve([&] { reply = (*use_fifo(path, folder, patience))->run("ring", {}); });
    REQUIRE(reply);
    CHECK(reply->code == 404);
}

TEST_CASE_METHOD(FifoFixture, "what cannot pass the FIFO is refused before it is sent", "[junctorctl]")
{
    const auto control = use_fifo(path, folder, patience);
    const std::string argument =
        GENERATE(as<std::string>{}, "a\n\nb", "\nb", "\"ends in\\", std::string(5000, 'x'));
    const auto reply = (*control)->run("echo", {argument});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().status == refused);
}

TEST_CASE_METHOD(Fixture, "a FIFO that nobody reads, or that is none, is an error", "[junctorctl]")
{
    CHECK(use_fifo(folder + "none", folder, patience).error().status == no_server);
    {
        const mi_fifo::FifoSettings settings{folder + "fifo", {}, folder, "\t"};
        const auto served = mi_fifo::FifoServer::start(loop, registry, settings);
        const auto control = use_fifo(settings.path, folder + "no/such/directory", patience);
        REQUIRE(control);
        CHECK((*control)->run("echo", {}).error().status == no_reply_pipe);
    }
}
