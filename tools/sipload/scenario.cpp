#include "tools/sipload/scenario.h"

#include "tools/sipload/call.h"
#include "tools/sipload/registration.h"

namespace junctor::load
{
namespace
{

// OPTIONS and MESSAGE: a request and its answer.
class OneRequest final : public Scenario
{
public:
    OneRequest(Stage& stage, const Template& text) : Scenario(stage), text_(text) {}

    void begin(Conversation& conversation) override { stage_.request(conversation, '1', text_); }
    void on_response(Conversation& conversation, char step, int status, std::string_view) override
    {
        if (!take_final(conversation, step, status)) return;
        status < 300 ? stage_.finish(conversation) : stage_.fail(conversation, status);
    }

private:
    const Template& text_;
};

}  // namespace

bool Scenario::take_final(Conversation& conversation, char step, int status)
{
    if (step != conversation.identity.step) return false;  // repeated, of an earlier request
    if (status >= 200) {
        stage_.on_final(conversation);
        return true;
    }
    stage_.on_provisional(conversation);
    return false;
}

std::unique_ptr<Scenario> Scenario::make(ScenarioKind kind, Stage& stage)
{
    switch (kind) {
        case ScenarioKind::Options: return std::make_unique<OneRequest>(stage, stage.templates().options);
        case ScenarioKind::Message: return std::make_unique<OneRequest>(stage, stage.templates().message);
        case ScenarioKind::Register:
        case ScenarioKind::RegisterAuth: return std::make_unique<Registration>(stage);
        case ScenarioKind::Call: return std::make_unique<Call>(stage);
    }
    return nullptr;
}

}  // namespace junctor::load
