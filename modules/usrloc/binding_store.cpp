#include "modules/usrloc/binding_store.h"

#include "core/base/log.h"

namespace junctor::usrloc
{

BindingStore::BindingStore(std::string name, const StoreSettings& settings, Worker& main_loop,
                           OnChange on_change)
    : name_(std::move(name)),
      main_loop_(main_loop),
      mode_(settings.mode),
      rules_(settings.rules),
      settings_(settings),
      memory_(settings.slots),
      on_change_(std::move(on_change)),
      upkeep_(mode_, memory_, main_loop,
              [this](std::string_view aor, const BindingPtr& binding) { on_expired(aor, binding); })
{
}

Result<void> BindingStore::open(db::Databases& databases, std::string_view url, const LocationTable& columns)
{
    if (mode_ == DbMode::Memory) {
        ready_ = true;
        return {};
    }
    storage_ = std::make_unique<Storage>(name_, columns, settings_.storage);
    if (auto opened = storage_->open(databases, url); !opened) return opened;
    upkeep_.use(*storage_);
    if (auto opened = open_journal(databases); !opened) return opened;
    return databases.now_or_later("usrloc: table " + name_, [this] { return load(); });
}

// Until it is loaded nobody changes it, so that what an attempt that failed left behind is what the next one
// finds.
Task<Result<void>> BindingStore::load()
{
    if (auto bound = co_await storage_->bind(); !bound) co_return bound;
    if (mode_ != DbMode::DatabaseOnly) {
        const auto loaded = co_await storage_->load(main_loop_.clock().unix_seconds(), settings_.fetch_rows,
                                                    [this](std::string_view aor, BindingPtr binding) {
                                                        memory_.load(aor, std::move(binding), rules_);
                                                    });
        if (!loaded) co_return fail(loaded.error());
        log_info("usrloc", "table {}: {} contact(s) loaded", name_, *loaded);
        if (auto played = play_journal(); !played) co_return played;
    }
    ready_.store(true, std::memory_order_release);
    co_return Result<void>{};
}

Result<void> BindingStore::play_journal()
{
    if (!journal_) return {};
    const auto played = journal_->replay(settings_.storage.sockets, [this](const BindingJournal::Entry& e) {
        memory_.restore(e.aor, e.uri, e.call_id, e.binding, rules_);
    });
    if (!played) return fail(fmt::format("table {}: its journal: {}", name_, played.error().text));
    if (*played > 0)
        log_notice("usrloc", "table {}: {} change(s) taken from the journal of a server that did not stop",
                   name_, *played);
    return {};
}

Error BindingStore::not_ready() const
{
    return {503, fmt::format("table {} has not been loaded yet: its database is away", name_)};
}

Result<void> BindingStore::open_journal(db::Databases& databases)
{
    const bool is_kept = settings_.journaling != Journaling::None;
    auto folder = databases.journal_folder(is_kept ? db::IfMissing::Make : db::IfMissing::Leave);
    if (!folder && is_kept) return fail(std::move(folder.error()));
    if (!folder || !*folder) return {};
    auto opened = BindingJournal::open(*folder, name_);
    if (!opened) return fail(std::move(opened.error()));
    if (mode_ != DbMode::WriteBack) {
        if ((*opened)->bytes() == 0) return {};
        return fail(
            fmt::format("{} has changes of table {} that a server with db_mode 2 could not write before it "
                        "ended; start it with db_mode 2 once, or remove usrloc-{}.*",
                        (*folder)->where(), name_, name_));
    }
    journal_ = std::move(*opened);
    upkeep_.use(*journal_);
    return {};
}

Task<Result<Bindings>> BindingStore::find_waiting(std::string aor) const
{
    if (!is_ready()) co_return fail(not_ready());
    if (mode_ != DbMode::DatabaseOnly) co_return memory_.find(aor);
    co_return co_await storage_->select(std::move(aor));
}

BindingStore::Applied BindingStore::apply_in_memory(const Registration& registration)
{
    BindingJournal::Ticket recorded = 0;
    const auto record = [&](const Plan& plan) {
        recorded = journal_->changed(registration.aor, plan.changes);
        if (!plan.changes.empty()) return;
        // Perhaps a retransmission of what the disk refused: its 200 needs a record, too.
        for (const BindingPtr& binding : plan.after)
            if (!binding->is_memory_only()) recorded = journal_->is(registration.aor, *binding);
    };
    const bool journaled = settings_.journaling != Journaling::None;
    Plan plan = memory_.apply(registration, rules_, mode_ == DbMode::WriteBack,
                              journaled ? MemoryTable::Record(record) : MemoryTable::Record());
    tell(registration.aor, plan.changes);
    return {{plan.status, std::move(plan.after), {}}, recorded};
}

Outcome BindingStore::apply(const Registration& registration)
{
    return apply_in_memory(registration).outcome;
}

// In memory at once, whatever the disk says then: the contact is good until it expires, only not promised.
Task<Outcome> BindingStore::apply_journaled(const Registration& registration)
{
    Applied applied = apply_in_memory(registration);
    if (applied.recorded == 0) co_return std::move(applied.outcome);
    auto durable = co_await journal_->durable(applied.recorded);
    if (!durable) co_return Outcome{Outcome::Status::NotStored, {}, std::move(durable.error())};
    co_return std::move(applied.outcome);
}

Task<Outcome> BindingStore::apply_waiting(const Registration& registration)
{
    if (!is_ready()) co_return Outcome{Outcome::Status::NotStored, {}, not_ready()};
    if (settings_.journaling == Journaling::Awaited) co_return co_await apply_journaled(registration);
    if (!writes_wait()) co_return apply(registration);
    const std::string aor(registration.aor);
    const AorLocks::Guard turn = co_await locks_.acquire(aor);

    auto before = co_await find_waiting(aor);
    if (!before) co_return Outcome{Outcome::Status::NotStored, {}, std::move(before.error())};
    Plan made = plan(*before, registration, rules_);
    if (made.changes.empty()) co_return Outcome{made.status, std::move(made.after), {}};

    const auto written = co_await storage_->write(aor, made.changes);
    if (!written) co_return Outcome{Outcome::Status::NotStored, std::move(*before), written.error()};
    for (const Change& change : made.changes)
        if (change.after && !change.after->is_memory_only()) change.after->set_state(Binding::State::Synced);
    if (mode_ == DbMode::WriteThrough) memory_.commit(aor, *before, made);
    tell(aor, made.changes);
    co_return Outcome{made.status, std::move(made.after), {}};
}

Task<void> BindingStore::journal_settled() const
{
    if (journal_) co_await journal_->durable();
}

Bindings BindingStore::list(std::uint32_t cflags, std::int64_t now, unsigned part, unsigned parts) const
{
    Bindings found;
    for (std::size_t slot = part; slot < memory_.slots(); slot += parts)
        memory_.read(slot, [&](std::string_view, std::span<const BindingPtr> bindings) {
            for (const BindingPtr& binding : bindings)
                if (binding->is_valid(now) && (binding->cflags() & cflags) == cflags)
                    found.push_back(binding);
        });
    return found;
}

Task<Result<Bindings>> BindingStore::list_waiting(std::uint32_t cflags, std::int64_t now) const
{
    if (!is_ready()) co_return fail(not_ready());
    if (mode_ != DbMode::DatabaseOnly) co_return list(cflags, now, 0, 1);
    co_return co_await storage_->select_with(cflags, now);
}

void BindingStore::tell(std::string_view aor, const std::vector<Change>& changes) const
{
    for (const Change& change : changes) on_change_(*this, aor, change);
}

void BindingStore::on_expired(std::string_view aor, const BindingPtr& binding)
{
    expired_.add();
    on_change_(*this, aor, {Change::Kind::Expire, binding, {}});
}

}  // namespace junctor::usrloc
