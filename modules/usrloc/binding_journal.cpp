#include "modules/usrloc/binding_journal.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/db/bytes.h"
#include "core/transport/find_socket.h"

namespace junctor::usrloc
{

namespace
{

enum class Op : std::uint8_t { Is = 1, Gone = 2 };

db::ByteWriter begin(Op op, std::string_view aor, const Binding& binding)
{
    db::ByteWriter out;
    out.number8(static_cast<std::uint8_t>(op));
    out.text(aor);
    out.text(binding.uri());
    out.text(binding.call_id());
    return out;
}

BindingFields read_fields(db::ByteReader& in, std::span<const transport::ListenSocket> sockets)
{
    BindingFields f;
    f.received = in.text();
    f.path = in.text();
    f.user_agent = in.text();
    if (const auto socket = transport::SocketName::parse(in.text()))
        f.socket = transport::find_socket(sockets, socket->protocol, socket->host, socket->port);
    f.expires = static_cast<std::int64_t>(in.number64());
    f.last_modified = static_cast<std::int64_t>(in.number64());
    f.cseq = in.number32();
    f.flags = in.number32();
    f.cflags = in.number32();
    f.methods = in.number32();
    f.q = static_cast<std::int16_t>(in.number16());
    return f;
}

}  // namespace

Result<std::unique_ptr<BindingJournal>> BindingJournal::open(std::shared_ptr<db::LogFolder> folder,
                                                             const std::string& table)
{
    auto journal = db::Journal::open(std::move(folder), "usrloc-" + table);
    if (!journal) return fail(std::move(journal.error()));
    return std::unique_ptr<BindingJournal>(new BindingJournal(std::move(*journal)));
}

Result<std::uint64_t> BindingJournal::replay(std::span<const transport::ListenSocket> sockets,
                                             const std::function<void(const Entry&)>& each) const
{
    std::uint64_t unreadable = 0;
    const auto read = [&](std::string_view record) {
        db::ByteReader in(record);
        const auto op = static_cast<Op>(in.number8());
        Entry entry;
        entry.aor = in.text();
        entry.uri = in.text();
        entry.call_id = in.text();
        if (op == Op::Is) {
            BindingFields fields = read_fields(in, sockets);
            fields.uri = entry.uri;
            fields.call_id = entry.call_id;
            entry.binding = Binding::make(fields, Binding::State::Dirty);
        }
        if (in.ok() && in.at_end() && (op == Op::Is || op == Op::Gone))
            each(entry);
        else
            ++unreadable;
    };
    auto count = journal_->replay(read);
    if (unreadable > 0) return fail(fmt::format("{} of its records are not of this version", unreadable));
    return count;
}

BindingJournal::Ticket BindingJournal::changed(std::string_view aor, std::span<const Change> changes)
{
    Ticket last = 0;
    for (const Change& change : changes) {
        const Binding& binding = change.after ? *change.after : *change.before;
        if (binding.is_memory_only()) continue;
        last = change.after ? is(aor, binding) : gone(aor, binding);
    }
    return last;
}

BindingJournal::Ticket BindingJournal::is(std::string_view aor, const Binding& binding)
{
    if (binding.expires() == deleted_expires) return gone(aor, binding);
    db::ByteWriter out = begin(Op::Is, aor, binding);
    out.text(binding.received());
    out.text(binding.path());
    out.text(binding.user_agent());
    out.text(binding.socket() != nullptr ? binding.socket()->text() : std::string());
    out.number64(static_cast<std::uint64_t>(binding.expires()));
    out.number64(static_cast<std::uint64_t>(binding.last_modified()));
    out.number32(binding.cseq());
    out.number32(binding.flags());
    out.number32(binding.cflags());
    out.number32(binding.methods());
    out.number16(static_cast<std::uint16_t>(static_cast<std::int16_t>(binding.q())));
    return journal_->append(out.bytes);
}

BindingJournal::Ticket BindingJournal::gone(std::string_view aor, const Binding& binding)
{
    return journal_->append(begin(Op::Gone, aor, binding).bytes);
}

}  // namespace junctor::usrloc
