// One thread of the generator: begins conversations as window, rate and count allow, and hands what comes in
// to the scenario it belongs to.
#pragma once

#include <atomic>

#include "tools/sipload/scenario.h"

namespace junctor::load
{

// A thread's part of the whole.
struct Part {
    unsigned first_user = 1, users = 1, window = 1, connections = 1;
    double rate = 0;
    std::uint64_t count = 0;  // 0: no limit
};

class Player
{
public:
    // Set by the main thread: what the players are to do.
    enum class Order { Play, Finish, Leave };  // Finish: begin nothing new

    Player(const Options& options, const Part& part, Tally& tally);

    // Registers all users of this thread, once; nothing of it is counted but what fails.
    void prepare(const std::atomic<Order>& order);
    // Returns when the count is reached and all is over, or at Finish once nothing is under way, or at Leave.
    void play(const std::atomic<Order>& order);

private:
    void loop(const std::atomic<Order>& order, const std::function<bool()>& begin);
    bool begin_next();  // false: nothing more is to begin, ever
    void begin(ScenarioKind kind, TimePoint when, bool counted);
    ScenarioKind next_kind();
    Duration patience() const;
    void on_message(unsigned channel, std::string_view bytes);
    Scenario& scenario(ScenarioKind kind) { return *scenarios_[static_cast<std::size_t>(kind)]; }

    const Options& options_;
    const Part part_;
    Tally& tally_;
    Stage stage_;
    Callee callee_;
    std::array<std::unique_ptr<Scenario>, 5> scenarios_;
    std::vector<ScenarioKind> order_of_kinds_;  // the mix, spread evenly; begun anew at its end
    std::size_t next_kind_ = 0;
    std::uint64_t begun_ = 0;
    TimePoint next_begin_{};  // open loop
};

}  // namespace junctor::load
