// A user agent for simulations: like a scenario's peer, but it retransmits and answers by itself as RFC 3261
// asks, so that it lives through a network that loses, repeats and reorders.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/runtime/timer.h"
#include "core/server/simulation.h"
#include "core/sip/message.h"

namespace junctor::simulation
{

class Phone
{
public:
    Phone(server::Simulation& simulation, TimerWheel& timers, std::string name, Endpoint address);

    const std::string& name() const { return name_; }
    void register_contact();
    void call(const std::string& callee);  // INVITE; hangs up once answered

    // Takes what has arrived. Call it after every step of time.
    void listen();

    int registered = 0;  // REGISTERs answered with 200
    int completed = 0;   // calls of ours that ended with the 200 to BYE
    int taken = 0;       // calls to us that were hung up
    int failed = 0;      // finals other than 200, and time-outs
    bool is_idle() const { return pending_.empty() && answering_.empty(); }

private:
    // A request of ours until its final response; or a 200 of ours until its ACK.
    struct Pending {
        std::string bytes;
        Duration interval = std::chrono::milliseconds(500);
        Duration spent{};
        bool invite = false;
        std::unique_ptr<Timer> timer;
    };

    void send(const std::string& bytes);
    void send_request(const std::string& method, const std::string& uri, const std::string& headers,
                      const std::string& to);
    void repeat(std::map<std::string, Pending>& where, const std::string& key);
    void on_request(const sip::Message& request);
    void on_response(const sip::Message& response);
    void acknowledge(const sip::Message& response);
    void hang_up(const sip::Message& answer);
    static std::string routes(const sip::Message& answer);

    server::Simulation& simulation_;
    TimerWheel& timers_;
    std::string name_;
    Endpoint address_;
    unsigned counter_ = 0;
    std::map<std::string, Pending> pending_;    // by branch
    std::map<std::string, Pending> answering_;  // by Call-ID: 200s that wait for their ACK
    std::map<std::string, std::string> acks_;   // by Call-ID: what we said to a 2xx
    std::map<std::string, bool> over_;          // Call-IDs whose BYE we have seen
    std::string dialog_;                        // Call-ID of our call
    std::string target_;                        // whom we call
};

}  // namespace junctor::simulation
