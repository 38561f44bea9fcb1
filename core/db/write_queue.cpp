#include "core/db/write_queue.h"

#include <deque>
#include <mutex>

namespace junctor::db
{

struct WriteQueue::Lane {
    struct Waiting {
        Unit unit;
        OnWritten done;
        Worker* asker;
    };
    std::deque<Waiting> waiting;
    bool busy = false;  // a batch is with the database
};

struct WriteQueue::State : std::enable_shared_from_this<State> {
    State(std::shared_ptr<Backend> to, Limits most) : backend(std::move(to)), limits(most)
    {
        lanes.resize(backend->write_lanes());
    }

    const std::shared_ptr<Backend> backend;
    const Limits limits;
    Counters counters;
    mutable std::mutex mutex;
    std::size_t waiting = 0;  // in all lanes
    std::vector<Lane> lanes;

    // Hands the next batch of a lane that is marked busy to the database, or marks it idle.
    void send(std::size_t number)
    {
        std::vector<Unit> units;
        std::vector<OnWritten> answers;
        Worker* asker = nullptr;
        {
            const std::lock_guard lock(mutex);
            Lane& lane = lanes[number];
            const std::size_t count = std::min(limits.batch, lane.waiting.size());
            lane.busy = count > 0;
            if (count == 0) return;
            asker = lane.waiting.front().asker;
            units.reserve(count);
            answers.reserve(count);
            for (std::size_t i = 0; i < count; ++i) {
                units.push_back(std::move(lane.waiting.front().unit));
                answers.push_back(std::move(lane.waiting.front().done));
                lane.waiting.pop_front();
            }
            waiting -= count;
        }
        backend->write(
            *asker, std::move(units),
            [self = shared_from_this(), number, answers = std::move(answers)](
                std::vector<Result<std::uint64_t>> outcomes) { self->answer(number, answers, outcomes); });
    }

    void answer(std::size_t lane, const std::vector<OnWritten>& answers,
                std::vector<Result<std::uint64_t>>& outcomes)
    {
        counters.commits.add();
        send(lane);  // first: the disk should not wait for those who are told
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (!outcomes[i]) counters.failed.add();
            answers[i](std::move(outcomes[i]));
        }
    }
};

WriteQueue::WriteQueue(std::shared_ptr<Backend> backend, Limits limits)
    : state_(std::make_shared<State>(std::move(backend), limits))
{
}

WriteQueue::~WriteQueue() = default;

void WriteQueue::write(Worker& asker, Unit unit, std::uint64_t order_key, OnWritten done)
{
    State& state = *state_;
    const std::size_t number = order_key % state.lanes.size();
    unit.order_key = order_key;
    std::unique_lock lock(state.mutex);
    if (state.waiting >= state.limits.waiting) {
        lock.unlock();
        state.counters.refused.add();
        done(fail(503, "too many writes wait for the database"));
        return;
    }
    Lane& lane = state.lanes[number];
    ++state.waiting;
    lane.waiting.push_back({std::move(unit), std::move(done), &asker});
    const bool idle = !std::exchange(lane.busy, true);
    lock.unlock();
    state.counters.accepted.add();
    if (idle) state.send(number);
}

std::size_t WriteQueue::waiting() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->waiting;
}

const WriteQueue::Counters& WriteQueue::counters() const
{
    return state_->counters;
}

}  // namespace junctor::db
