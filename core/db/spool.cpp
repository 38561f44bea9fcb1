#include "core/db/spool.h"

#include <algorithm>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/db/spool_table.h"
#include "core/db/statement_bytes.h"
#include "core/runtime/pause.h"

namespace junctor::db
{
namespace
{

constexpr std::uint8_t record_version = 1;
// Numbers that stay in the table behind the last one: a batch that an unresponsive connection still carries
// is refused by its number, however late.
constexpr std::uint64_t numbers_kept = 1000;
constexpr std::uint64_t order_key = 0x73706f6f6cU;  // any one: all of the spool in one lane

std::string random_name()
{
    std::random_device source;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", source(), source(), source(), source());
}

bool is_away(const Error& error)
{
    return error.status == 503 || error.status == 504;
}

std::string write_batch(const std::string& writer, std::uint64_t number, const std::vector<Unit>& units)
{
    ByteWriter out;
    out.number8(record_version);
    out.text(writer);
    out.number64(number);
    out.number32(static_cast<std::uint32_t>(units.size()));
    for (const Unit& unit : units) write_unit(out, unit);
    return std::move(out.bytes);
}

}  // namespace

const char* to_text(Spool::State state)
{
    switch (state) {
        case Spool::State::Direct: return "direct";
        case Spool::State::Away: return "away";
        case Spool::State::Replaying: return "replaying";
    }
    return "";
}

Result<std::unique_ptr<Spool>> Spool::open(std::shared_ptr<Backend> backend, WriteQueue& writes,
                                           std::shared_ptr<LogFolder> folder, const std::string& name,
                                           Worker& home, Limits limits)
{
    std::unique_ptr<Spool> spool(
        new Spool(std::move(backend), writes, std::move(folder), name, home, limits));
    if (auto begun = spool->begin(); !begun) return fail(std::move(begun.error()));
    return spool;
}

Spool::Spool(std::shared_ptr<Backend> backend, WriteQueue& writes, std::shared_ptr<LogFolder> folder,
             std::string name, Worker& home, Limits limits)
    : backend_(std::move(backend)),
      writes_(writes),
      folder_(std::move(folder)),
      name_(std::move(name)),
      home_(home),
      limits_(limits),
      writer_(random_name()),
      pause_(limits.first_pause),
      late_(home.timers(), [this] { on_late(); }),
      retry_(home.timers(), [this] { on_retry(); })
{
}

Spool::~Spool() = default;

// A life's name stands in the folder as the name of an empty file until its numbers are gone from the table.
Result<void> Spool::begin()
{
    if (!folder_) return {};
    const auto names = folder_->names();
    if (!names) return fail(names.error());
    const std::string prefix = name_ + "-writer-";
    for (const std::string& name : *names)
        if (name.starts_with(prefix)) old_writers_.push_back(name.substr(prefix.size()));

    auto journal = Journal::open(folder_, name_);
    if (!journal) return fail(std::move(journal.error()));
    journal_ = std::move(*journal);
    auto refused = Journal::open(folder_, name_ + "-refused");
    if (!refused) return fail(std::move(refused.error()));
    refused_ = std::move(*refused);
    const auto count = journal_->replay([this](std::string_view record) {
        ByteReader in(record);
        in.number8();
        in.text();
        in.number64();
        kept_ += in.number32();
    });
    if (!count) return fail(count.error());
    if (*count > 0) state_ = State::Away;
    return {};
}

Result<void> Spool::leave_name()
{
    if (has_name_ || !folder_) return {};
    auto named = folder_->create(name_ + "-writer-" + writer_);
    if (!named) return fail(503, named.error().text);
    has_name_ = true;
    return {};
}

Spool::Status Spool::status() const
{
    Status status;
    status.state = state_;
    status.kept = kept_;
    status.bytes = journal_ ? journal_->bytes() : 0;
    const std::lock_guard lock(mutex_);
    status.waiting = inbox_.size();
    return status;
}

// --- what comes ---

void Spool::write(Unit unit, OnKept done)
{
    std::unique_lock lock(mutex_);
    if (inbox_.size() >= limits_.waiting) {
        lock.unlock();
        counters_.full.add();
        done(fail(503, "too many writes wait for the database"));
        return;
    }
    inbox_.push_back({std::move(unit), std::move(done)});
    const bool post = !std::exchange(posted_, true);
    lock.unlock();
    if (post) home_.post([this] { pump(); });
}

void Spool::pump()
{
    {
        const std::lock_guard lock(mutex_);
        posted_ = false;
    }
    if (state_ != State::Direct) {
        keep_all_that_waits();
        if (!retry_.is_running() && state_ == State::Away) retry_.start(pause_);
    } else if (!serving_) {
        serving_ = true;
        tasks_.start(serve());
    }
}

std::shared_ptr<Spool::Batch> Spool::take()
{
    auto batch = std::make_shared<Batch>();
    const std::lock_guard lock(mutex_);
    const std::size_t count = std::min(limits_.batch, inbox_.size());
    if (count == 0) return nullptr;
    for (std::size_t i = 0; i < count; ++i) {
        batch->units.push_back(std::move(inbox_.front().unit));
        batch->answers.push_back(std::move(inbox_.front().done));
        inbox_.pop_front();
    }
    batch->writer = writer_;
    batch->number = next_number_++;
    return batch;
}

Task<void> Spool::serve()
{
    while (state_ == State::Direct) {
        in_flight_ = take();
        if (!in_flight_) break;
        const std::shared_ptr<Batch> batch = in_flight_;
        late_.start(limits_.deadline);
        std::vector<std::shared_ptr<Batch>> one{batch};
        const auto committed = co_await commit(std::move(one));
        late_.stop();
        in_flight_ = nullptr;
        if (batch->kept) {  // it was late: the replay finds out that it is there
            if (committed) note_refused(*batch);
            continue;
        }
        if (!committed) {
            go_away(committed.error());
            keep(batch);
            break;
        }
        counters_.direct.add(batch->units.size());
        for (std::size_t i = 0; i < batch->units.size(); ++i) batch->answers[i](batch->outcomes[i]);
        if (batch->number % numbers_kept == 0) co_await tidy(writer_, batch->number);
    }
    serving_ = false;
    if (state_ != State::Direct) keep_all_that_waits();
}

void Spool::on_late()
{
    go_away({504, fmt::format("no answer within {:g} s",
                              std::chrono::duration<double>(limits_.deadline).count())});
    keep(in_flight_);
    keep_all_that_waits();
}

void Spool::go_away(const Error& why)
{
    if (state_ != State::Direct) return;
    log_warning("db", "{}: {}: rows for it are kept in {} until it is back", name_, why.text,
                folder_ ? folder_->where() : "nothing, but refused,");
    state_ = State::Away;
    pause_ = limits_.first_pause;
    retry_.start(pause_);
}

void Spool::keep_all_that_waits()
{
    while (const auto batch = take()) keep(batch);
}

void Spool::keep(const std::shared_ptr<Batch>& batch)
{
    if (!batch || std::exchange(batch->kept, true)) return;
    const auto refuse = [&](const Error& error) {
        counters_.full.add(batch->units.size());
        for (const OnKept& done : batch->answers) done(fail(error));
    };
    if (!journal_) return refuse({503, "the database is away, and there is no folder for a spool"});
    if (journal_->bytes() > limits_.bytes)
        return refuse({503, fmt::format("the spool is full ({} bytes)", limits_.bytes)});
    if (auto named = leave_name(); !named) return refuse(named.error());
    const auto ticket = journal_->append(write_batch(batch->writer, batch->number, batch->units));
    if (ticket == 0) return refuse({500, "too large for the spool"});
    kept_more_ = true;
    kept_ += batch->units.size();
    counters_.spooled.add(batch->units.size());
    journal_->when_durable(ticket, [batch](const Result<void>& durable) {
        for (const OnKept& done : batch->answers) done(durable);
    });
}

Task<void> Spool::drain()
{
    const auto is_busy = [this] {
        const std::lock_guard lock(mutex_);
        return !inbox_.empty() || posted_ || (serving_ && state_ == State::Direct);
    };
    while (is_busy()) co_await pause(home_, std::chrono::milliseconds(10));
    retry_.stop();
    if (journal_) co_await journal_->durable();
}

// --- the way back ---

void Spool::on_retry()
{
    if (serving_) {  // the late batch has not been answered yet: what follows it must wait
        retry_.start(pause_);
        return;
    }
    serving_ = true;
    tasks_.start(come_back());
}

Task<void> Spool::come_back()
{
    state_ = State::Replaying;
    Result<void> replayed;
    do {
        kept_more_ = false;
        replayed = co_await replay();
    } while (replayed && kept_more_);
    serving_ = false;
    if (!replayed) {
        log_info("db", "{}: still away: {}", name_, replayed.error().text);
        state_ = State::Away;
        pause_ = std::min(2 * pause_, limits_.longest_pause);
        retry_.start(pause_);
        co_return;
    }
    log_notice("db", "{}: is back, and has all that was kept for it", name_);
    state_ = State::Direct;
    pump();
}

Task<Result<void>> Spool::recover()
{
    if (state_ == State::Direct && old_writers_.empty()) co_return Result<void>{};
    auto replayed = co_await replay();
    if (replayed) {
        state_ = State::Direct;
        co_return replayed;
    }
    state_ = State::Away;
    home_.post([this] { retry_.start(pause_); });
    co_return replayed;
}

Task<Result<void>> Spool::replay()
{
    if (auto ready = co_await need_table(); !ready) co_return ready;
    if (!journal_) co_return Result<void>{};
    journal_->rotate();
    if (auto durable = co_await journal_->durable(); !durable) co_return durable;
    positions_.clear();
    const std::vector<std::string> files = journal_->old_files();
    for (const std::string& file : files)
        if (auto done = co_await replay_file(file); !done) co_return done;
    journal_->forget();
    co_return co_await forget_old_writers();
}

Task<Result<void>> Spool::replay_file(std::string name)
{
    std::deque<std::shared_ptr<Batch>> batches;
    std::uint64_t unreadable = 0;
    const auto read = journal_->read(name, [&](std::string_view record) {
        ByteReader in(record);
        auto batch = std::make_shared<Batch>();
        const std::uint8_t version = in.number8();
        batch->writer = in.text();
        batch->number = in.number64();
        const std::uint32_t count = in.number32();
        bool good = version == record_version;
        for (std::uint32_t i = 0; i < count && good; ++i) {
            auto unit = unit_reader_.read(in);
            good = unit.has_value();
            if (good) batch->units.push_back(std::move(*unit));
        }
        if (good && in.ok())
            batches.push_back(std::move(batch));
        else
            ++unreadable;
    });
    if (!read) co_return fail(read.error());
    if (unreadable > 0)
        co_return fail(500, fmt::format("{}: {} records are not of this version", name, unreadable));

    while (!batches.empty()) {
        std::vector<std::shared_ptr<Batch>> group;
        std::size_t units = 0;
        while (!batches.empty() &&
               (group.empty() || units + batches.front()->units.size() <= limits_.batch)) {
            const std::shared_ptr<Batch> batch = batches.front();
            batches.pop_front();
            if (!positions_.contains(batch->writer)) {
                const auto position = co_await position_of(batch->writer);
                if (!position) co_return fail(position.error());
                positions_[batch->writer] = *position;
            }
            const Position& position = positions_[batch->writer];
            if (batch->number < position.number ||
                (batch->number == position.number && position.part == whole_batch)) {
                kept_ -= std::min<std::uint64_t>(kept_, batch->units.size());
                continue;
            }
            units += batch->units.size();
            group.push_back(batch);
            if (batch->number == position.number) break;  // a part of it is there: alone
        }
        if (group.empty()) continue;
        const Position& position = positions_[group.front()->writer];
        const bool begun = group.size() == 1 && group.front()->number == position.number;
        Result<void> done;
        if (begun)
            done = co_await commit_apart(group.front());
        else
            done = co_await commit(group);
        if (!done) co_return done;
        for (const auto& batch : group) {
            positions_[batch->writer] = {batch->number, whole_batch};
            kept_ -= std::min<std::uint64_t>(kept_, batch->units.size());
            note_refused(*batch);
        }
        if (auto durable = co_await refused_->durable(); !durable) co_return durable;
        co_await tidy(group.back()->writer, group.back()->number);
    }
    co_return Result<void>{};
}

// What the database will not have is neither lost in silence nor in the way of what follows.
void Spool::note_refused(const Batch& batch)
{
    for (std::size_t i = 0; i < batch.units.size(); ++i) {
        if (batch.outcomes[i]) {
            counters_.replayed.add();
            continue;
        }
        counters_.refused.add();
        log_error("db", "{}: a row for table {} is refused: {}; it is kept in {}/{}-refused", name_,
                  batch.units[i].statements.front().layout->table, batch.outcomes[i].error().text,
                  folder_->where(), name_);
        refused_->append(write_batch(batch.writer, batch.number, {batch.units[i]}));
    }
}

Task<Result<void>> Spool::forget_old_writers()
{
    while (!old_writers_.empty()) {
        const std::string writer = old_writers_.back();
        Unit unit;
        unit.statements.push_back(remove_positions(writer, std::numeric_limits<std::uint64_t>::max()));
        const auto removed = co_await ask(std::move(unit));
        if (!removed) co_return fail(removed.error());
        if (auto gone = folder_->remove(name_ + "-writer-" + writer); !gone) co_return gone;
        old_writers_.pop_back();
    }
    co_return Result<void>{};
}

// --- with the database ---

// All in one transaction with their numbers. What that refuses is tried batch by batch, then unit by unit.
Task<Result<void>> Spool::commit(std::vector<std::shared_ptr<Batch>> batches)
{
    if (auto ready = co_await need_table(); !ready) co_return ready;
    if (auto named = leave_name(); !named) co_return named;
    Unit together;
    for (const auto& batch : batches) {
        together.statements.push_back(insert_position(batch->writer, batch->number, whole_batch));
        for (const Unit& unit : batch->units)
            together.statements.insert(together.statements.end(), unit.statements.begin(),
                                       unit.statements.end());
    }
    const auto done = co_await ask(std::move(together));
    if (done) {
        for (const auto& batch : batches) batch->outcomes.assign(batch->units.size(), Result<void>());
        co_return Result<void>{};
    }
    if (is_away(done.error())) co_return fail(done.error());
    if (batches.size() > 1) {
        for (const auto& batch : batches) {
            std::vector<std::shared_ptr<Batch>> one{batch};
            if (auto alone = co_await commit(std::move(one)); !alone) co_return alone;
        }
        co_return Result<void>{};
    }
    const std::shared_ptr<Batch> batch = batches.front();
    const auto applied = co_await is_applied(batch->writer, batch->number, whole_batch);
    if (!applied) co_return fail(applied.error());
    if (!*applied) co_return co_await commit_apart(batch);
    batch->outcomes.assign(batch->units.size(), Result<void>());
    co_return Result<void>{};
}

// Something in the batch is refused: each unit has a transaction and a number of its own, so that the others
// are not held back, and again none is executed twice.
Task<Result<void>> Spool::commit_apart(std::shared_ptr<Batch> batch)
{
    batch->outcomes.assign(batch->units.size(), Result<void>());
    for (std::size_t i = 0; i <= batch->units.size(); ++i) {
        const bool last = i == batch->units.size();  // only the number of the whole
        const std::int64_t part = last ? whole_batch : static_cast<std::int64_t>(i + 1);
        Unit unit;
        unit.statements.push_back(insert_position(batch->writer, batch->number, part));
        Unit mark = unit;
        if (!last)
            unit.statements.insert(unit.statements.end(), batch->units[i].statements.begin(),
                                   batch->units[i].statements.end());
        const auto done = co_await ask(std::move(unit));
        if (done) continue;
        if (is_away(done.error())) co_return fail(done.error());
        const auto applied = co_await is_applied(batch->writer, batch->number, part);
        if (!applied) co_return fail(applied.error());
        if (*applied) continue;
        // The row's fault, or the database's (no space)? Then it does not take the number alone either.
        if (auto marked = co_await ask(std::move(mark)); !marked) co_return fail(503, marked.error().text);
        if (!last) batch->outcomes[i] = fail(done.error());
    }
    co_return Result<void>{};
}

Task<Result<std::uint64_t>> Spool::ask(Unit unit)
{
    Worker* const worker = Worker::current();
    OneShot<Result<std::uint64_t>> answer;
    writes_.write(
        *worker, std::move(unit), order_key, [worker, turn = answer.resolver()](Result<std::uint64_t> done) {
            worker->post([turn, done = std::move(done)]() mutable { turn.resolve(std::move(done)); });
        });
    co_return co_await answer;
}

Task<Result<RowSet>> Spool::read(Statement select)
{
    Worker* const worker = Worker::current();
    OneShot<Result<RowSet>> answer;
    backend_->read(*worker, std::move(select), nullptr,
                   [worker, turn = answer.resolver()](Result<RowSet> rows) {
                       auto carried = std::make_shared<Result<RowSet>>(std::move(rows));
                       worker->post([turn, carried] { turn.resolve(std::move(*carried)); });
                   });
    co_return co_await answer;
}

Task<Result<bool>> Spool::is_applied(std::string writer, std::uint64_t number, std::int64_t part)
{
    const auto rows = co_await read(select_position(writer, number, part));
    if (!rows) co_return fail(503, rows.error().text);
    co_return !rows->empty();
}

Task<Result<Spool::Position>> Spool::position_of(std::string writer)
{
    const auto rows = co_await read(select_last_position(writer));
    if (!rows) co_return fail(rows.error());
    Position position;
    if (!rows->empty()) {
        position.number = static_cast<std::uint64_t>(rows->at(0, 0).integer);
        position.part = rows->at(0, 1).integer;
    }
    co_return position;
}

Task<Result<void>> Spool::need_table()
{
    if (has_table_) co_return Result<void>{};
    Worker* const worker = Worker::current();
    OneShot<Result<FoundTable>> answer;
    backend_->inspect(
        *worker, std::string(spool_table), [worker, turn = answer.resolver()](Result<FoundTable> found) {
            worker->post([turn, found = std::move(found)]() mutable { turn.resolve(std::move(found)); });
        });
    const auto found = co_await answer;
    if (!found) co_return fail(found.error());
    if (found->columns.empty()) {
        OneShot<Result<void>> made;
        backend_->create(*worker, spool_table_spec(), [worker, turn = made.resolver()](Result<void> done) {
            worker->post([turn, done = std::move(done)]() mutable { turn.resolve(std::move(done)); });
        });
        if (const auto done = co_await made; !done)
            co_return fail(503, fmt::format("table {} cannot be made: {}", spool_table, done.error().text));
    }
    has_table_ = true;
    co_return Result<void>{};
}

// Of no consequence if it fails: the next one does it.
Task<void> Spool::tidy(std::string writer, std::uint64_t number)
{
    if (number < numbers_kept) co_return;
    Unit unit;
    unit.statements.push_back(remove_positions(writer, number - numbers_kept));
    co_await ask(std::move(unit));
}

}  // namespace junctor::db
