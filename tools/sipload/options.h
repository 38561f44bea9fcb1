// What the user of sipload may set, and the command line that sets it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/address.h"
#include "core/runtime/clock.h"

namespace junctor::load
{

enum class ScenarioKind { Options, Register, RegisterAuth, Message, Call };

std::string_view to_text(ScenarioKind kind);  // "register-auth", as on the command line

// One scenario of a mixed profile; its share of the conversations is weight / sum of all weights.
struct Share {
    ScenarioKind kind = ScenarioKind::Options;
    unsigned weight = 1;
};

struct Options {
    Endpoint target;
    Protocol protocol = Protocol::Udp;
    IpAddress local;  // unspecified: the one that the system would send to the target from
    std::string domain;
    std::vector<Share> mix;

    unsigned users = 1000;
    unsigned first_user = 1;
    std::string user_prefix = "u";      // user 7 is u7
    std::string password_prefix = "p";  // and has the password p7
    std::string password;               // not empty: all users have this one
    unsigned expires = 3600;            // seconds

    unsigned window = 64;     // conversations in flight, of all threads; with a rate: the most there may be
    double rate = 0;          // new conversations a second; 0: as many as the window allows (closed loop)
    std::uint64_t count = 0;  // conversations; 0: as many as the duration allows
    std::chrono::duration<double> duration{10};
    std::chrono::duration<double> warmup{1};  // not measured
    Duration ring{};                          // between the callee's 180 and its 200
    Duration hold{};                          // between the ACK and the BYE
    bool prepare = true;                      // register all users first where the mix has messages or calls

    unsigned threads = 1;
    unsigned connections = 1;  // UDP sockets or TCP connections of all threads

    int server_pid = 0;  // 0: the server's CPU time is not measured
    bool json = false;
    bool quiet = false;
    bool echo = false;         // the peer is a plain echo: what comes back as it was sent is the answer
    bool echo_server = false;  // be that echo, on `target`

    bool wants(ScenarioKind kind) const;
};

// Empty: nothing to do any more (--help, or a mistake, which was told); `status` is then the exit status.
std::optional<Options> read_command_line(int argc, char** argv, int& status);

}  // namespace junctor::load
