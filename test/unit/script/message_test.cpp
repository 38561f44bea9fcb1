// A message's Request-URI in force, its branches, and how our socket names itself to it.
#include "core/script/message.h"

#include <catch2/catch.hpp>

#include "core/script/uri_rewrite.h"
#include "test/unit/support/test_environment.h"

using namespace junctor;
using namespace junctor::script;
using test::TestEnvironment;

TEST_CASE("a rewritten Request-URI is in force until it is reverted", "[script][message]")
{
    TestEnvironment env;
    const auto message = env.request("sip:bob@example.test");
    REQUIRE(message->parsed_uri() != nullptr);
    message->set_uri("sip:carol@example.test");
    CHECK(message->is_uri_rewritten());
    CHECK(message->uri() == "sip:carol@example.test");
    CHECK(message->parsed_uri()->user == "carol");
    message->revert_uri();
    CHECK(message->uri() == "sip:bob@example.test");
    CHECK(message->parsed_uri()->user == "bob");
    message->set_uri("nonsense");
    CHECK(message->parsed_uri() == nullptr);
    CHECK(message->parse_error.reply_code == 400);
    message->parse_error = {};  // as after error_route
    CHECK(message->parsed_uri() == nullptr);
    CHECK(message->parse_error.reply_code == 400);
    CHECK(env.reply(200, "OK")->parsed_uri() == nullptr);
}

TEST_CASE("the Request-URI and eleven branches, no more", "[script][message]")
{
    TestEnvironment env;
    const auto message = env.request();
    for (int i = 0; i < 11; ++i) CHECK(message->append_branch(test::target("sip:a@b")));
    CHECK_FALSE(message->append_branch(test::target("sip:a@b")));
    CHECK(message->branches().size() == 11);
}

TEST_CASE("rewriting parts of the Request-URI", "[script][message]")
{
    TestEnvironment env;
    const auto rewritten = [&](std::string_view uri, auto change) {
        const auto message = env.request(uri);
        return change(*message) ? std::string(message->uri()) : "refused";
    };
    const std::string_view full = "sip:bob:pw@example.test:5070;x=1?h=2";
    CHECK(rewritten(full, [](Message& m) { return rewrite_uri(m, "tel:+1"); }) == "tel:+1");
    CHECK(rewritten(full, [](Message& m) { return rewrite_host(m, "h"); }) == "sip:bob:pw@h:5070;x=1?h=2");
    CHECK(rewritten(full, [](Message& m) { return rewrite_host_port(m, "h"); }) == "sip:bob:pw@h;x=1?h=2");
    CHECK(rewritten(full, [](Message& m) { return rewrite_host_port(m, "h:99"); }) ==
          "sip:bob:pw@h:99;x=1?h=2");
    CHECK(rewritten(full, [](Message& m) { return rewrite_port(m, "99"); }) ==
          "sip:bob:pw@example.test:99;x=1?h=2");
    CHECK(rewritten(full, [](Message& m) { return rewrite_port(m, ""); }) ==
          "sip:bob:pw@example.test;x=1?h=2");
    CHECK(rewritten(full, [](Message& m) { return rewrite_user(m, ""); }) == "sip:example.test:5070;x=1?h=2");
    CHECK(rewritten(full, [](Message& m) { return rewrite_user_password(m, "a:b"); }) ==
          "sip:a:b@example.test:5070;x=1?h=2");
    CHECK(rewritten(full, [](Message& m) { return rewrite_user_password(m, "a"); }) ==
          "sip:a@example.test:5070;x=1?h=2");
    CHECK(rewritten(full, [](Message& m) { return prefix_user(m, "00"); }) ==
          "sip:00bob:pw@example.test:5070;x=1?h=2");
    CHECK(rewritten("sip:h", [](Message& m) { return prefix_user(m, "00"); }) == "sip:00@h");
    CHECK(rewritten("sips:bob@h", [](Message& m) { return strip_user(m, 2); }) == "sip:b@h");
    CHECK(rewritten("sip:bob@h", [](Message& m) { return strip_user(m, 3); }) == "sip:h");
    CHECK(rewritten("sip:bob@h", [](Message& m) { return strip_user_tail(m, 1); }) == "sip:bo@h");
    CHECK(rewritten("sip:bob@h", [](Message& m) { return strip_user_tail(m, 9); }) == "sip:h");
    CHECK(rewritten("tel:+1234", [](Message& m) { return rewrite_host(m, "h"); }) == "sip:+1234@h");

    CHECK(rewritten("urn:service:sos", [](Message& m) { return rewrite_host(m, "h"); }) == "refused");
    CHECK(rewritten("sip:@h", [](Message& m) { return rewrite_host(m, "h"); }) == "refused");
    CHECK(rewritten(full, [](Message& m) { return rewrite_uri(m, ""); }) == "refused");
    CHECK(rewritten(full, [](Message& m) { return prefix_user(m, std::string(1024, '1')); }) == "refused");
    CHECK(rewritten(full, [](Message& m) { return rewrite_host(m, "h\r\nX: y"); }) == "refused");
}

TEST_CASE("the advertised address is the message's own, else the server's, else the socket's",
          "[script][message]")
{
    TestEnvironment env;
    const auto message = env.request();
    const auto& udp = env.transport.sockets()[0];
    const auto& tcp = env.transport.sockets()[1];

    CHECK(message->send_path(udp).same_socket);
    CHECK_FALSE(message->send_path(tcp).same_socket);
    CHECK(message->send_path(tcp).sent_from.protocol == Protocol::Tcp);
    CHECK(message->send_path(udp).sent_from.host == "192.0.2.1");
    CHECK_FALSE(message->send_path(udp).sent_from.advertised_port);

    env.settings.advertised_address = "sip.example.test";
    env.settings.advertised_port = 5090;
    CHECK(message->send_path(udp).sent_from.host == "sip.example.test");
    CHECK(message->send_path(udp).sent_from.port == 5090);
    CHECK(message->send_path(udp).sent_from.advertised_port);
    CHECK(message->send_path(udp).received_on.host == "192.0.2.1");

    message->advertised_address = "edge.example.test";
    message->advertised_port = 5099;
    CHECK(message->send_path(udp).sent_from.host == "edge.example.test");
    CHECK(message->send_path(udp).sent_from.port == 5099);
}

TEST_CASE("a function that fails says so and leaves a reason for the reply", "[script][message]")
{
    TestEnvironment env;
    const auto message = env.request();
    CHECK(message->fail({500, "no answer"}, Code{-5}) == Code{-5});
    CHECK(message->failure == Failure::Unspecified);
    CHECK(message->fail({475, "bad URI"}, Code{-1}, Failure::BadUri) == Code{-1});
    CHECK(message->failure == Failure::BadUri);
}

TEST_CASE("data of a module's own lives as long as the message", "[script][message]")
{
    TestEnvironment env;
    static const char mine = 0, other = 0;
    const auto message = env.request();
    message->extra<int>(&mine) = 7;
    message->extra<std::string>(&other) = "text";
    CHECK(message->extra<int>(&mine) == 7);
    CHECK(message->extra<std::string>(&other) == "text");
    CHECK(env.request()->extra<int>(&mine) == 0);
}

TEST_CASE("a copy goes its own way but for AVPs and what modules keep", "[script][message]")
{
    TestEnvironment env;
    const auto message = env.request("sip:bob@example.test");
    message->set_uri("sip:carol@example.test");
    REQUIRE(message->parsed_uri() != nullptr);
    static const int key = 0;
    message->extra<int>(&key) = 7;
    const auto copy = message->copy();
    CHECK(copy->id() == message->id());
    CHECK(copy->parsed_uri()->user == "carol");

    message->set_uri("sip:dave@example.test");
    message->flags = 1;
    message->edits.append_header(message->sip(), "X: 1\r\n");
    CHECK(copy->uri() == "sip:carol@example.test");
    CHECK(copy->flags == 0);
    CHECK(copy->edits.empty());

    message->avps().add({std::string("x")}, std::int64_t{1});
    CHECK(copy->avps().count({std::string("x")}) == 1);
    CHECK(copy->extra<int>(&key) == 7);
}
