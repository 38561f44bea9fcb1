#include "core/server/network_options.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::server;

TEST_CASE("the script's maxbuffer comes before -b, and -b before the default", "[server]")
{
    script::ScriptGlobals globals;
    Options options;
    CHECK(network_options(globals, options).max_receive_buffer == transport::Options{}.max_receive_buffer);
    options.max_buffer = 100'000;
    CHECK(network_options(globals, options).max_receive_buffer == 100'000);
    globals.maxbuffer = {200'000, script::Range{}};
    CHECK(network_options(globals, options).max_receive_buffer == 200'000);
}

TEST_CASE("the script's disable_tcp comes before -T", "[server]")
{
    script::ScriptGlobals globals;
    Options options;
    CHECK(network_options(globals, options).tcp);
    options.no_tcp = true;
    CHECK_FALSE(network_options(globals, options).tcp);
    globals.disable_tcp = {false, script::Range{}};
    CHECK(network_options(globals, options).tcp);
}
