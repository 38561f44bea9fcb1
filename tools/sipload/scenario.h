// What is said in a conversation, one class for each scenario. A scenario has no state: that is in the
// Conversation.
#pragma once

#include <memory>

#include "tools/sipload/stage.h"

namespace junctor::load
{

class Scenario
{
public:
    explicit Scenario(Stage& stage) : stage_(stage) {}
    virtual ~Scenario() = default;
    Scenario(const Scenario&) = delete;
    Scenario& operator=(const Scenario&) = delete;

    static std::unique_ptr<Scenario> make(ScenarioKind kind, Stage& stage);

    virtual void begin(Conversation& conversation) = 0;
    // `step`: of the request that it answers.
    virtual void on_response(Conversation& conversation, char step, int status, std::string_view bytes) = 0;
    virtual void on_pause_over(Conversation&) {}

protected:
    // Provisional ones end here; of the others: 2xx.
    bool take_final(Conversation& conversation, char step, int status);

    Stage& stage_;
};

// The callee: answers what the server sends on to our users.
class Callee
{
public:
    explicit Callee(Stage& stage) : stage_(stage) {}
    void on_request(unsigned channel, std::string_view request);
    void on_pause_over(Conversation& conversation);  // it has rung long enough

private:
    void on_invite(Conversation& conversation, unsigned channel, std::string_view request);
    void answer(unsigned channel, std::string_view request, std::string_view status_line,
                std::string_view tag);

    Stage& stage_;
    std::string scratch_;
};

}  // namespace junctor::load
