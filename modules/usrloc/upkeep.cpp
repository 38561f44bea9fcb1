#include "modules/usrloc/upkeep.h"

#include "core/base/log.h"
#include "core/runtime/pause.h"

namespace junctor::usrloc
{

namespace
{

constexpr std::size_t jobs_in_flight = 1000;  // what one commit of the write queue takes

}  // namespace

Task<bool> Upkeep::run()
{
    while (running_) {
        OneShot<bool> ended;
        waiting_.push_back(ended.resolver());
        co_await ended;
    }
    struct Running {
        explicit Running(Upkeep& upkeep) : upkeep_(upkeep) { upkeep_.running_ = true; }
        ~Running()
        {
            upkeep_.running_ = false;
            for (auto& waiter : std::exchange(upkeep_.waiting_, {}))
                upkeep_.main_loop_.post([waiter]() mutable { waiter.resolve(true); });
        }
        Upkeep& upkeep_;
    };
    const Running running(*this);
    co_return co_await round();
}

Task<bool> Upkeep::round()
{
    const std::int64_t now = main_loop_.clock().unix_seconds();
    if (mode_ == DbMode::DatabaseOnly || rows_left_) {
        const auto removed = co_await storage_->remove_expired(now);
        if (!removed) log_error("usrloc", "expired rows are not deleted: {}", removed.error().text);
        rows_left_ = !removed;
        if (mode_ == DbMode::DatabaseOnly) co_return !rows_left_;
    }
    if (journal_ == nullptr) co_return co_await write_back_and_expire(now);

    // What is recorded from now on is not surely seen by this round.
    journal_->begin_round();
    const bool complete = co_await write_back_and_expire(now);
    if (complete)
        journal_->end_round();
    else if (journal_->bytes() > journal_limit_)
        co_await shorten_journal();
    co_return complete;
}

// The database does not take everything, and the journal must not grow with time, only with the contacts:
// what is still to be written is recorded once more, and the rest forgotten.
Task<void> Upkeep::shorten_journal()
{
    journal_->begin_round();
    MemoryTable::Cursor cursor;
    const auto record = [this](std::string_view aor, BindingList& bindings) {
        for (const BindingPtr& binding : bindings.view())
            if (!binding->is_memory_only() &&
                (binding->state() != Binding::State::Synced || binding->expires() == deleted_expires))
                journal_->is(aor, *binding);
    };
    while (memory_.walk(cursor, record)) co_await step_aside(main_loop_);
    journal_->end_round();
    if (!co_await journal_->durable()) co_return;  // logged; what is old is kept
    journal_limit_ = std::max(first_journal_limit, 2 * journal_->bytes());
}

Task<bool> Upkeep::write_back_and_expire(std::int64_t now)
{
    bool all_written = true;
    MemoryTable::Cursor cursor;
    for (bool more = true; more;) {
        Jobs jobs, expired;
        while (more && jobs.size() < jobs_in_flight) {
            more = memory_.walk(cursor, [&](std::string_view aor, BindingList& bindings) {
                look_at(aor, bindings, now, jobs, expired);
            });
            for (const Job& gone : expired) on_expired_(gone.aor, gone.binding);
            expired.clear();
            if (more) co_await step_aside(main_loop_);
        }
        if (!jobs.empty() && !co_await write_all(std::move(jobs), now)) all_written = false;
    }
    co_return all_written && !rows_left_;
}

// With the slot's lock held: decides only.
void Upkeep::look_at(std::string_view aor, BindingList& bindings, std::int64_t now, Jobs& jobs,
                     Jobs& expired) const
{
    const auto idle = [&](const BindingPtr& b) {
        return b->is_valid(now) && (mode_ != DbMode::WriteBack || b->state() == Binding::State::Synced);
    };
    const auto present = bindings.view();
    if (std::all_of(present.begin(), present.end(), idle)) return;

    Bindings kept;
    for (const BindingPtr& binding : present) {
        const bool stored = binding->state() != Binding::State::New && !binding->is_memory_only();
        if (binding->is_valid(now)) {
            kept.push_back(binding);
            if (mode_ != DbMode::WriteBack || binding->is_memory_only()) continue;
            if (binding->state() == Binding::State::Synced) continue;
            jobs.push_back({std::string(aor), binding, false, binding->state() == Binding::State::New});
            binding->set_state(Binding::State::Synced);  // unless the write fails
        } else if (mode_ == DbMode::WriteBack && stored) {
            BindingPtr marked = binding;
            if (binding->expires() != deleted_expires) {
                expired.push_back({std::string(aor), binding, true});
                BindingFields fields = binding->fields();
                fields.expires = deleted_expires;
                marked = Binding::make(fields, binding->state());
            }
            kept.push_back(marked);  // until its row is deleted
            jobs.push_back({std::string(aor), marked, true});
        } else {
            expired.push_back({std::string(aor), binding, true});
            if (mode_ == DbMode::WriteThrough && stored) jobs.push_back({std::string(aor), binding, true});
        }
    }
    bindings.assign(kept);
}

struct Upkeep::Batch {
    std::size_t left;
    std::size_t failed = 0;
    std::string first_error;
    OneShot<bool> done;
};

// Each job is a unit of its own, so that one row that the database refuses does not hold back the others; the
// write queue commits them together.
Task<bool> Upkeep::write_all(Jobs jobs, std::int64_t now)
{
    const auto batch = std::make_shared<Batch>(Batch{jobs.size(), 0, {}, {}});
    for (Job& job : jobs) writing_.start(write_one(std::move(job), now, batch));
    co_await batch->done;
    if (batch->failed != 0)
        log_error("usrloc", "{} of {} rows are not written, and tried again at the next run: {}",
                  batch->failed, jobs.size(), batch->first_error);
    co_return batch->failed == 0;
}

Task<bool> Upkeep::write_one(Job job, std::int64_t now, std::shared_ptr<Batch> batch)
{
    const auto written = co_await write(job, now);
    if (!written && ++batch->failed == 1)
        batch->first_error = fmt::format("{} of {}: {}", job.binding->uri(), job.aor, written.error().text);
    settle(job, written.has_value());
    // The last one may be what write_all() itself has started: it must be waiting before it is told.
    if (--batch->left == 0)
        main_loop_.post([done = batch->done.resolver()]() mutable { done.resolve(true); });
    co_return written.has_value();
}

Task<Result<void>> Upkeep::write(const Job& job, std::int64_t now)
{
    if (job.remove) {
        // Write-through: unless somebody has registered it anew meanwhile.
        const std::int64_t expired_at = mode_ == DbMode::WriteThrough ? now : 0;
        auto removed = co_await storage_->remove(job.aor, job.binding, expired_at);
        if (!removed) co_return fail(std::move(removed.error()));
        co_return Result<void>{};
    }
    std::vector<Change> changes(1);
    changes[0].kind = job.is_new ? Change::Kind::Insert : Change::Kind::Update;
    changes[0].after = job.binding;
    co_return co_await storage_->write(job.aor, std::move(changes));
}

void Upkeep::settle(const Job& job, bool written)
{
    if (mode_ == DbMode::WriteThrough) {
        if (!written) rows_left_ = true;
        return;
    }
    if (written != job.remove) return;  // a row written: it is Synced already; not deleted: the mark stays
    memory_.visit(job.aor, [&](std::string_view, BindingList& bindings) {
        Bindings kept;
        for (const BindingPtr& binding : bindings.view()) {
            if (job.remove && binding == job.binding) continue;
            if (!job.remove && binding->uri() == job.binding->uri())
                binding->set_state(Binding::State::Dirty);
            kept.push_back(binding);
        }
        bindings.assign(kept);
    });
}

}  // namespace junctor::usrloc
