#include "core/db/journal.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/db/bytes.h"

namespace junctor::db
{
namespace
{

constexpr std::string_view magic = "JUNCLOG1";
constexpr std::size_t frame_size = 8;  // length, CRC

// CRC-32C (Castagnoli), reflected.
constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
        table[i] = crc;
    }
    return table;
}();

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed)
{
    std::uint32_t crc = ~seed;
    for (const char c : bytes) crc = crc_table[(crc ^ static_cast<std::uint8_t>(c)) & 0xff] ^ (crc >> 8);
    return ~crc;
}

// The length is part of what is checked: a tail of zeros must not pass for empty records.
std::uint32_t check_of(std::string_view record)
{
    return crc32c(record, static_cast<std::uint32_t>(record.size()) ^ 0x4a554e43U);
}

std::string framed(std::string_view record)
{
    ByteWriter out;
    out.bytes.reserve(frame_size + record.size());
    out.number32(static_cast<std::uint32_t>(record.size()));
    out.number32(check_of(record));
    out.bytes += record;
    return std::move(out.bytes);
}

// Calls `each` for the whole records; the answer is where they end.
std::size_t read_records(std::string_view file, const std::function<void(std::string_view)>& each)
{
    if (!file.starts_with(magic)) return 0;
    std::size_t at = magic.size();
    while (file.size() - at >= frame_size) {
        ByteReader frame(file.substr(at, frame_size));
        const std::uint32_t length = frame.number32(), check = frame.number32();
        if (length > Journal::max_record || file.size() - at - frame_size < length) break;
        const std::string_view record = file.substr(at + frame_size, length);
        if (check_of(record) != check) break;
        if (each) each(record);
        at += frame_size + length;
    }
    return at;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(std::shared_ptr<LogFolder> folder, std::string name)
{
    std::unique_ptr<Journal> journal(new Journal(std::move(folder), std::move(name)));
    if (auto recovered = journal->recover(); !recovered) return fail(std::move(recovered.error()));
    if (journal->folder_->blocks()) journal->thread_ = std::thread([j = journal.get()] { j->run(); });
    return journal;
}

Journal::Journal(std::shared_ptr<LogFolder> folder, std::string name)
    : folder_(std::move(folder)), name_(std::move(name))
{
}

Journal::~Journal()
{
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    more_.notify_one();
    thread_.join();
}

std::string Journal::file_name(std::uint64_t number) const
{
    return fmt::format("{}.{:08}", name_, number);
}

Result<void> Journal::recover()
{
    const auto names = folder_->names();
    if (!names) return fail(names.error());
    for (const std::string& name : *names) {
        if (!name.starts_with(name_ + '.')) continue;
        const auto number = parse_unsigned(std::string_view(name).substr(name_.size() + 1), 99999999);
        if (!number) continue;
        const auto bytes = folder_->read(name);
        if (!bytes) return fail(bytes.error());
        const std::size_t whole = read_records(*bytes, {});
        if (whole < bytes->size()) {
            log_warning("db", "{}/{}: its end of {} bytes was not written completely and is cut",
                        folder_->where(), name, bytes->size() - whole);
            if (auto cut = folder_->cut(name, whole); !cut) return cut;
        }
        next_number_ = *number + 1;
        file_bytes_ += whole;
        files_.push_back({name, whole});
        found_.push_back(name);
    }
    return {};
}

Result<std::uint64_t> Journal::replay(const std::function<void(std::string_view)>& each) const
{
    std::uint64_t all = 0;
    for (const std::string& name : found_) {
        const auto count = read(name, each);
        if (!count) return count;
        all += *count;
    }
    return all;
}

Result<std::uint64_t> Journal::read(const std::string& file,
                                    const std::function<void(std::string_view)>& each) const
{
    const auto bytes = folder_->read(file);
    if (!bytes) return fail(bytes.error());
    std::uint64_t count = 0;
    read_records(*bytes, [&](std::string_view record) {
        each(record);
        ++count;
    });
    return count;
}

std::vector<std::string> Journal::old_files() const
{
    const std::lock_guard lock(mutex_);
    return old_files_;
}

Journal::Ticket Journal::append(std::string_view record)
{
    if (record.size() > max_record) return 0;
    return add({Step::Kind::Append, framed(record)});
}

void Journal::rotate()
{
    add({Step::Kind::Rotate, {}});
}

void Journal::forget()
{
    add({Step::Kind::Forget, {}});
}

Journal::Ticket Journal::last() const
{
    const std::lock_guard lock(mutex_);
    return added_;
}

Journal::Ticket Journal::add(Step step)
{
    Ticket ticket = 0;
    {
        const std::lock_guard lock(mutex_);
        ticket = ++added_;
        waiting_bytes_ += step.bytes.size();
        steps_.push_back(std::move(step));
    }
    if (folder_->blocks())
        more_.notify_one();
    else
        work();
    return ticket;
}

void Journal::when_durable(Ticket ticket, std::function<void(Result<void>)> done)
{
    Result<void> result;
    {
        const std::lock_guard lock(mutex_);
        if (done_ < ticket) {
            waiters_.push_back({ticket, std::move(done)});
            return;
        }
        if (ticket != 0 && ticket <= failed_) result = fail(failure_);
    }
    done(std::move(result));
}

Task<Result<void>> Journal::durable(Ticket ticket)
{
    Worker* const worker = Worker::current();
    OneShot<Result<void>> synced;
    when_durable(ticket, [worker, turn = synced.resolver()](Result<void> result) {
        if (worker == Worker::current()) return turn.resolve(std::move(result));
        worker->post([turn, result = std::move(result)]() mutable { turn.resolve(std::move(result)); });
    });
    co_return co_await synced;
}

std::uint64_t Journal::bytes() const
{
    const std::lock_guard lock(mutex_);
    return file_bytes_ + waiting_bytes_;
}

void Journal::run()
{
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            more_.wait(lock, [this] { return closing_ || !steps_.empty(); });
            if (steps_.empty()) return;
        }
        work();
    }
}

void Journal::work()
{
    std::deque<Step> steps;
    {
        const std::lock_guard lock(mutex_);
        steps.swap(steps_);
    }
    Result<void> result;
    bool unsynced = false;
    std::uint64_t taken = 0;
    for (const Step& step : steps) {
        taken += step.bytes.size();
        if (auto done = carry_out(step, unsynced); !done && result) result = std::move(done);
    }
    if (unsynced && file_) {
        auto synced = file_->sync();
        if (!synced) file_.reset();  // its end is unknown: whatever comes next starts a new file
        if (result) result = std::move(synced);
        syncs_.add();
    }
    if (!result && !std::exchange(failing_, true))
        log_error("db", "journal {}: {}; what asks for durability is refused", name_, result.error().text);
    else if (result && unsynced && std::exchange(failing_, false))
        log_notice("db", "journal {}: can be written again", name_);

    std::vector<Waiter> served;
    {
        const std::lock_guard lock(mutex_);
        done_ += steps.size();
        if (!result) {
            failed_ = done_;
            failure_ = result.error();
        }
        waiting_bytes_ -= taken;
        file_bytes_ = 0;
        old_files_.clear();
        for (const File& file : files_) {
            file_bytes_ += file.bytes;
            if (old_files_.size() < rotated_) old_files_.push_back(file.name);
        }
        const auto first_served = std::stable_partition(waiters_.begin(), waiters_.end(),
                                                        [&](const Waiter& w) { return w.needs > done_; });
        std::move(first_served, waiters_.end(), std::back_inserter(served));
        waiters_.erase(first_served, waiters_.end());
    }
    for (Waiter& waiter : served) waiter.done(result);
}

Result<void> Journal::carry_out(const Step& step, bool& unsynced)
{
    switch (step.kind) {
        case Step::Kind::Append: {
            auto written = write(step.bytes);
            if (!written)
                file_.reset();
            else
                unsynced = true;
            return written;
        }
        case Step::Kind::Rotate:
        case Step::Kind::Forget: {
            Result<void> synced;
            if (unsynced && file_) {
                synced = file_->sync();
                syncs_.add();
            }
            unsynced = false;
            if (!synced || step.kind == Step::Kind::Rotate) file_.reset();
            if (step.kind == Step::Kind::Rotate) rotated_ = files_.size();
            // Keeps the old files if what replaces them may not be there.
            if (step.kind == Step::Kind::Forget && synced) forget_files();
            return synced;
        }
    }
    return {};
}

Result<void> Journal::write(std::string_view bytes)
{
    if (!file_) {
        const std::string name = file_name(next_number_);
        auto made = folder_->create(name);
        if (!made) return fail(std::move(made.error()));
        ++next_number_;
        files_.push_back({name, 0});
        file_ = std::move(*made);
        if (auto begun = file_->append(magic); !begun) return begun;
        files_.back().bytes += magic.size();
    }
    auto written = file_->append(bytes);
    if (written) files_.back().bytes += bytes.size();
    if (written && files_.back().bytes > full_file) {
        written = file_->sync();
        syncs_.add();
        file_.reset();
    }
    return written;
}

// Oldest first: what is left after a crash is always an unbroken end of the story.
void Journal::forget_files()
{
    std::size_t removed = 0;
    while (removed < rotated_) {
        if (auto done = folder_->remove(files_[removed].name); !done) {
            log_error("db", "journal {}: {}", name_, done.error().text);
            break;
        }
        ++removed;
    }
    files_.erase(files_.begin(), files_.begin() + static_cast<std::ptrdiff_t>(removed));
    rotated_ -= removed;
}

}  // namespace junctor::db
