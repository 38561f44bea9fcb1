// usrloc: the location service (RFC 3261 §10), in memory, in a database (table location), or both.
//
// Other modules reach it through usrloc.h; the administrator through the MI commands in commands.cpp.
#include "core/base/log.h"
#include "core/runtime/pause.h"
#include "modules/usrloc/service.h"

namespace junctor::usrloc
{

void Usrloc::declare(Declaration<Usrloc>& d)
{
    d.param("db_url", &Usrloc::db_url_, "the database, unless db_mode is 0");
    d.param("db_mode", &Usrloc::db_mode_, "0 memory, 1 write-through, 2 write-back, 3 database only");
    d.param("timer_interval", &Usrloc::timer_interval_,
            "seconds between two runs that expire and write back");
    d.param("use_domain", &Usrloc::use_domain_, "an AoR is user@domain instead of user");
    d.param("desc_time_order", &Usrloc::newest_first_, "contacts are ordered newest first instead of by q");
    d.param("matching_mode", &Usrloc::matching_mode_, "a contact is found by 0 its URI, 1 URI and Call-ID");
    d.param("cseq_delay", &Usrloc::cseq_delay_,
            "seconds in which an equal Call-ID and CSeq is a retransmission");
    d.param("hash_size", &Usrloc::hash_size_, "the table in memory has 2^n slots, each with a lock");
    d.param("fetch_rows", &Usrloc::fetch_rows_, "rows fetched at once when loading");
    d.param("nat_bflag", &Usrloc::nat_bflag_, "index of the branch flag that means \"behind NAT\"");
    d.param("journal", &Usrloc::journal_,
            "with db_mode 2: 0 none; 1 changes are kept on disk until the database has them; "
            "2 and a REGISTER is answered after that");
    d.param("spool", &Usrloc::spool_,
            "with db_mode 1: while the database is away registrations are kept on disk, and acknowledged");
    d.param("db_deadline", &Usrloc::db_deadline_, "ms that a query may take; 0: as the global db_deadline");
    d.columns(&Usrloc::columns_);

    d.command("ul_rm", &Usrloc::ul_rm, "table, AoR: removes all its contacts");
    d.command("ul_rm_contact", &Usrloc::ul_rm_contact, "table, AoR, contact: removes this contact");
    d.command("ul_dump", &Usrloc::ul_dump, "[brief]: everything in memory");
    d.command("ul_flush", &Usrloc::ul_flush, "runs expiry and write-back now", false);
    d.command(
        "ul_add", &Usrloc::ul_add,
        "table, AoR, contact, expires, q, (ignored), flags, cflags, methods: adds or changes a contact");
    d.command("ul_show_contact", &Usrloc::ul_show_contact, "table, AoR: its valid contacts");

    d.statistic("registered_users", &Usrloc::registered_users);
}

Result<StoreSettings> Usrloc::settings(StartContext& context) const
{
    if (db_mode_ < 0 || db_mode_ > 3) return fail("usrloc: db_mode is 0, 1, 2 or 3");
    if (matching_mode_ != 0 && matching_mode_ != 1) return fail("usrloc: matching_mode is 0 or 1");
    if (timer_interval_ < 1) return fail("usrloc: timer_interval is a number of seconds, 1 or more");
    if (hash_size_ > 20) return fail("usrloc: hash_size is 20 at most (2^20 slots)");
    if (nat_bflag_ > 31) return fail("usrloc: nat_bflag is the index of a branch flag, 0 to 31");
    if (db_mode_ != 0 && fetch_rows_ <= 0) return fail("usrloc: fetch_rows is a number of rows, 1 or more");

    StoreSettings s;
    s.mode = static_cast<DbMode>(db_mode_);
    s.rules = {matching_mode_ == 1, newest_first_, cseq_delay_};
    s.slots = hash_size_ <= 1 ? 512 : 1U << hash_size_;  // as OpenSER reads 0 and 1
    if (s.mode == DbMode::DatabaseOnly) s.slots = 1;
    s.fetch_rows = static_cast<std::size_t>(std::max(fetch_rows_, 1));
    s.storage.use_domain = use_domain_;
    s.storage.match_call_id = s.rules.match_call_id;
    s.storage.newest_first = newest_first_;
    s.storage.nat_flag = nat_bflag_ < 0 ? 0 : 1U << nat_bflag_;
    if (spool_ && s.mode != DbMode::WriteThrough) return fail("usrloc: spool serves db_mode 1 only");
    if (db_deadline_ < 0) return fail("usrloc: db_deadline is a number of milliseconds");
    s.storage.spool = spool_;
    s.storage.deadline = std::chrono::milliseconds(db_deadline_);
    s.storage.sockets = context.sockets();
    const auto kept = journaling(context.databases());
    if (!kept) return fail(kept.error());
    s.journaling = *kept;
    return s;
}

Result<Journaling> Usrloc::journaling(db::Databases& databases) const
{
    if (journal_ < 0 || journal_ > 2) return fail("usrloc: journal is 0, 1 or 2");
    if (static_cast<DbMode>(db_mode_) != DbMode::WriteBack) return Journaling::None;
    if (journal_ == 0) return Journaling::None;
    if (const auto folder = databases.journal_folder(); !folder)
        return fail(fmt::format(
            "usrloc: db_mode 2 keeps a journal, so that a kill loses no registration, and cannot: {}; "
            "name a writable directory in the global spool_dir, or set modparam(\"usrloc\", \"journal\", 0)",
            folder.error().text));
    return static_cast<Journaling>(journal_);
}

Result<void> Usrloc::start(StartContext& context)
{
    auto read = settings(context);
    if (!read) return fail(std::move(read.error()));
    settings_ = *read;
    mode_ = settings_.mode;
    nat_flag_ = settings_.storage.nat_flag;
    databases_ = &context.databases();
    registry_ = &context.registry();
    main_loop_ = &context.main_loop();
    main_loop_->post([this] {
        timer_.emplace(main_loop_->timers(), [this] { on_timer(); });
        timer_->start(std::chrono::seconds(timer_interval_));
    });
    return {};
}

BindingStore* Usrloc::find(std::string_view table) const
{
    for (const auto& store : stores_)
        if (store->name() == table) return store.get();
    return nullptr;
}

// A handful of tables at most; for each message.
bool Usrloc::is_ready() const
{
    return std::all_of(stores_.begin(), stores_.end(), [](const auto& store) { return store->is_ready(); });
}

Result<Location*> Usrloc::use(std::string_view table)
{
    if (BindingStore* known = find(table)) return known;
    if (main_loop_ == nullptr) return fail("usrloc has not been started");
    if (serving_)
        return fail(fmt::format(
            "location table {} was not in use when the server started: a restart loads it", table));

    auto store = std::make_unique<BindingStore>(
        std::string(table), settings_, *main_loop_,
        [this](const Location& location, std::string_view aor, const Change& change) {
            for (auto callback = callbacks_.rbegin(); callback != callbacks_.rend(); ++callback)
                (*callback)(location, aor, change);
        });
    if (auto opened = store->open(*databases_, db_url_, columns_); !opened) return fail(opened.error());
    add_statistics(*store);
    return stores_.emplace_back(std::move(store)).get();
}

void Usrloc::add_statistics(BindingStore& store)
{
    const auto computed = [&](std::string name, std::function<std::uint64_t()> value) {
        registry_->add_statistic(
            {"usrloc", store.name() + std::move(name), nullptr, std::move(value), nullptr});
    };
    computed("-users", [&store] { return store.memory().users(); });
    computed("-contacts", [&store] { return store.memory().contacts(); });
    registry_->add_statistic({"usrloc", store.name() + "-expires", &store.expired(), {}, &store.expired()});
    const BindingJournal* const journal = store.journal();
    if (journal == nullptr) return;
    computed("-journal_bytes", [journal] { return journal->bytes(); });
    computed("-journal_syncs", [journal] { return journal->syncs(); });
    databases_->list_journal({"usrloc " + store.name(), [journal] { return journal->bytes(); }});
}

std::uint64_t Usrloc::registered_users() const
{
    std::uint64_t users = 0;
    for (const auto& store : stores_) users += store->memory().users();
    return users;
}

// --- upkeep ---

void Usrloc::on_timer()
{
    timer_->start(std::chrono::seconds(timer_interval_));
    if (tasks_.waiting() == 0) tasks_.start(run_upkeep());  // else the last run is still at work
}

Task<bool> Usrloc::run_upkeep()
{
    bool complete = true;
    for (const auto& store : stores_)
        if (store->is_ready() && !co_await store->upkeep().run()) complete = false;
    co_return complete;
}

// Nothing that was registered is given up: with write-back the server stays until all of it is written.
Task<bool> Usrloc::stop()
{
    if (main_loop_ == nullptr) co_return true;  // never started
    timer_.reset();
    bool complete = co_await run_upkeep();
    while (!complete && mode_ == DbMode::WriteBack) {
        log_error("usrloc", "contacts are not written yet; waiting for the database");
        co_await pause(*main_loop_, std::chrono::seconds(1));
        complete = co_await run_upkeep();
    }
    for (const auto& store : stores_) co_await store->journal_settled();
    co_return complete;
}

}  // namespace junctor::usrloc

JUNCTOR_MODULE(junctor::usrloc::Usrloc)
