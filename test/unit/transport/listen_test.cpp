#include "core/transport/listen.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::transport;

namespace
{

std::vector<std::string> listen_texts(const Options& options)
{
    const auto sockets = resolve_listen(options);
    if (!sockets) return {sockets.error().text};
    std::vector<std::string> texts;
    for (const auto& socket : *sockets) {
        CHECK(socket.id == texts.size());
        texts.push_back(socket.text());
    }
    return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("an item without a protocol listens on UDP and TCP, without a port on the default one",
          "[transport]")
{
    Options options;
    options.listen = {
        {Protocol::Any, "127.0.0.1", {}}, {Protocol::Udp, "127.0.0.2", 5080}, {Protocol::Tcp, "[::1]", {}}};
    options.port = 5070;
    CHECK(listen_texts(options) ==
          Texts{"udp:127.0.0.1:5070", "tcp:127.0.0.1:5070", "udp:127.0.0.2:5080", "tcp:[::1]:5070"});
}

TEST_CASE("disable_tcp leaves UDP alone, and contradicts tcp: in a listen item", "[transport]")
{
    Options options;
    options.tcp = false;
    options.listen = {{Protocol::Any, "127.0.0.1", {}}};
    CHECK(listen_texts(options) == Texts{"udp:127.0.0.1:5060"});
    options.listen = {{Protocol::Tcp, "127.0.0.1", {}}};
    CHECK(listen_texts(options) ==
          Texts{"cannot listen on tcp:127.0.0.1: TCP is switched off (disable_tcp)"});
}

TEST_CASE("an interface stands for its addresses, a host name for its own", "[transport]")
{
    Options options;
    options.tcp = false;
    options.listen = {
        {Protocol::Any, "lo", {}}, {Protocol::Any, "localhost", {}}, {Protocol::Any, "127.0.0.1", 5060}};
    const auto sockets = resolve_listen(options);
    REQUIRE(sockets);
    REQUIRE(sockets->size() == 1);  // each socket once
    CHECK(sockets->front().text() == "udp:127.0.0.1:5060");
    CHECK(sockets->front().name == "127.0.0.1");

    options.listen = {{Protocol::Any, "localhost", {}}};
    CHECK(resolve_listen(options)->front().name == "localhost");
}

TEST_CASE("without any item every IPv4 address of the machine is listened on", "[transport]")
{
    const auto texts = listen_texts({});
    CHECK(std::find(texts.begin(), texts.end(), "udp:127.0.0.1:5060") != texts.end());
    CHECK(std::find(texts.begin(), texts.end(), "tcp:127.0.0.1:5060") != texts.end());
}

TEST_CASE("what is no address, interface or host is refused by name", "[transport]")
{
    Options options;
    options.listen = {{Protocol::Any, "no-such-host.invalid", {}}};
    CHECK(
        listen_texts(options).front().starts_with("cannot listen on no-such-host.invalid: it is no address"));
}

TEST_CASE("aliases are those of the script and, unless switched off, those of name services", "[transport]")
{
    Options options;
    options.tcp = false;
    options.listen = {{Protocol::Any, "127.0.0.1", 5070}};
    options.alias = {{Protocol::Any, "example.test", {}},
                     {Protocol::Tcp, "sip.example.test", 5080},
                     {Protocol::Any, "example.test", {}}};
    options.auto_aliases = false;
    const auto sockets = *resolve_listen(options);
    CHECK(resolve_aliases(options, sockets) ==
          std::vector<Alias>{{Protocol::Any, "example.test", 0}, {Protocol::Tcp, "sip.example.test", 5080}});

    options.auto_aliases = true;
    const auto aliases = resolve_aliases(options, sockets);
    CHECK(std::find(aliases.begin(), aliases.end(), Alias{Protocol::Udp, "localhost", 5070}) !=
          aliases.end());
}
