#include "modules/rr/record_route.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::rr;

namespace
{

sip::SendPath one_socket()
{
    sip::SendPath path;
    path.received_on = {Protocol::Udp, "192.0.2.1", 5060, false};
    path.sent_from = {Protocol::Udp, "proxy.example.test", 5060, true};
    path.same_socket = true;
    return path;
}

sip::SendPath two_sockets()
{
    sip::SendPath path;
    path.received_on = {Protocol::Udp, "192.0.2.1", 5060, false};
    path.sent_from = {Protocol::Tcp, "[2001:db8::1]", 5070, false};
    path.same_socket = false;
    return path;
}

}  // namespace

TEST_CASE("Record-Route names the receiving socket, never the advertised address", "[rr]")
{
    CHECK(write({}, one_socket()) == "Record-Route: <sip:192.0.2.1;lr>\r\n");
}

TEST_CASE("Record-Route has user, lr, ftag and parameters in OpenSER's order", "[rr]")
{
    RecordRoute route;
    route.user = "alice";
    route.from_tag = "a1";
    route.params = ";nat=yes;x";
    route.full_lr = true;
    CHECK(write(route, one_socket()) == "Record-Route: <sip:alice@192.0.2.1;lr=on;ftag=a1;nat=yes;x>\r\n");
}

TEST_CASE("A request that leaves through another socket gets two Record-Routes, the sending side on top",
          "[rr]")
{
    RecordRoute route;
    route.from_tag = "a1";
    route.params = ";p=1";
    CHECK(write(route, two_sockets()) ==
          "Record-Route: <sip:[2001:db8::1]:5070;transport=tcp;r2=on;lr;ftag=a1;p=1>\r\n"
          "Record-Route: <sip:192.0.2.1;r2=on;lr;ftag=a1;p=1>\r\n");

    SECTION("but one, of the receiving socket, without double record-routing")
    {
        route.twice = false;
        CHECK(write(route, two_sockets()) == "Record-Route: <sip:192.0.2.1;lr;ftag=a1;p=1>\r\n");
    }
}

TEST_CASE("An advertised port is written even if it is 5060", "[rr]")
{
    sip::SendPath path = two_sockets();
    path.sent_from = {Protocol::Udp, "proxy.example.test", 5060, true};
    CHECK(write({}, path) ==
          "Record-Route: <sip:proxy.example.test:5060;r2=on;lr>\r\n"
          "Record-Route: <sip:192.0.2.1;r2=on;lr>\r\n");
}

TEST_CASE("A preset Record-Route has ftag before lr and nothing else", "[rr]")
{
    RecordRoute route;
    route.user = "bob";
    route.from_tag = "a1";
    route.params = ";ignored";
    CHECK(write_preset(route, "edge.example.test:5080;x=1") ==
          "Record-Route: <sip:bob@edge.example.test:5080;x=1;ftag=a1;lr>\r\n");
    route.full_lr = true;
    CHECK(write_preset(route, "edge") == "Record-Route: <sip:bob@edge;ftag=a1;lr=on>\r\n");
}
