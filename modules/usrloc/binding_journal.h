// The write-back's promise on disk: each change of a binding, until the database has it.
//
// A record holds all of a contact, or that it is gone; so whatever was written to the database meanwhile, the
// records played back in their order end in the state at the crash. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/db/journal.h"
#include "core/transport/transport.h"
#include "modules/usrloc/usrloc.h"

namespace junctor::usrloc
{

class BindingJournal
{
public:
    // Reads nothing yet, but cuts a torn end. Blocks.
    static Result<std::unique_ptr<BindingJournal>> open(std::shared_ptr<db::LogFolder> folder,
                                                        const std::string& table);

    // What an earlier life left: contacts as they were, and (null) contacts that had gone. Blocks.
    struct Entry {
        std::string_view aor, uri, call_id;
        BindingPtr binding;  // Dirty
    };
    Result<std::uint64_t> replay(std::span<const transport::ListenSocket> sockets,
                                 const std::function<void(const Entry&)>& each) const;

    // Memory-only contacts are left out; 0: nothing is to be recorded.
    using Ticket = db::Journal::Ticket;
    Ticket changed(std::string_view aor, std::span<const Change> changes);
    Ticket is(std::string_view aor, const Binding& binding);  // also one that is marked as deleted
    Task<Result<void>> durable(Ticket ticket) { return journal_->durable(ticket); }
    Task<Result<void>> durable() { return journal_->durable(); }

    // A write-back begins: what has been recorded until now is what it writes.
    void begin_round() { journal_->rotate(); }
    void end_round() { journal_->forget(); }  // all of it is in the database, or recorded again
    std::uint64_t bytes() const { return journal_->bytes(); }
    std::uint64_t syncs() const { return journal_->syncs(); }

private:
    explicit BindingJournal(std::unique_ptr<db::Journal> journal) : journal_(std::move(journal)) {}
    Ticket gone(std::string_view aor, const Binding& binding);

    std::unique_ptr<db::Journal> journal_;
};

}  // namespace junctor::usrloc
