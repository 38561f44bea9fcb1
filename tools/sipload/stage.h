// Where the conversations of one thread are played: their places, their sockets, their timers. Scenarios say
// what is sent next; the stage sends it, repeats it by the timers of RFC 3261 §17.1 and counts.
#pragma once

#include <memory>
#include <vector>

#include "tools/sipload/channels.h"
#include "tools/sipload/conversation.h"
#include "tools/sipload/tally.h"
#include "tools/sipload/template.h"

namespace junctor::load
{

class Stage
{
public:
    // `users` of the run, from `first_user` on, are this thread's; `places` is its part of the window.
    Stage(const Options& options, unsigned first_user, unsigned users, unsigned places, unsigned channels,
          Tally& tally);

    const Options& options() const { return options_; }
    const Templates& templates() const { return templates_; }
    Channels& channels() { return *channels_; }
    TimerWheel& timers() { return wheel_; }
    const TimerWheel& timers() const { return wheel_; }
    TimePoint now() const { return clock_.now(); }
    Tally& tally() { return tally_; }

    bool has_place() const { return !free_.empty(); }
    std::size_t open_conversations() const { return conversations_.size() - free_.size(); }
    // Takes a place, for the next user and a peer; `began` as in Conversation.
    Conversation& open(ScenarioKind kind, TimePoint began);
    // Null: it is over, or was never ours.
    Conversation* find(const Identity& identity);
    void finish(Conversation& conversation);
    void fail(Conversation& conversation, int status);  // 408: nothing came back in time
    void restart_users() { next_user_ = 0; }

    // A client transaction. `step` names it within the conversation.
    void request(Conversation& conversation, char step, const Template& text, Values values = {},
                 bool invite = false);
    void on_provisional(Conversation& conversation);
    void on_final(Conversation& conversation) { conversation.request.resend.stop(); }
    // A message outside of a transaction, or one that its peer repeats until we answer again.
    void send(unsigned channel, std::string_view bytes);
    void send_answer(Conversation& conversation);  // the callee's 200, until answer.resend is stopped

    // Fills in what every message of the conversation has; of `values` only the rest matters.
    Values complete(const Conversation& conversation, Values values) const;
    std::uint32_t next_register_cseq(unsigned user) { return ++register_cseqs_[user - first_user_]; }

    // Told when a conversation's pause is over.
    void on_pause_over(Conversation::OnTimer handler) { on_timers_.pause_over = std::move(handler); }

private:
    void on_resend_request(Conversation& conversation);
    void on_resend_answer(Conversation& conversation);
    void close(Conversation& conversation);

    const Options& options_;
    const unsigned first_user_, users_;
    Tally& tally_;
    Templates templates_;
    std::unique_ptr<Channels> channels_;
    SystemClock clock_;
    TimerWheel wheel_{clock_};
    Conversation::OnTimers on_timers_;
    std::vector<std::unique_ptr<Conversation>> conversations_;
    std::vector<Conversation*> free_;
    std::vector<std::uint32_t> register_cseqs_;
    unsigned next_user_ = 0;
};

}  // namespace junctor::load
