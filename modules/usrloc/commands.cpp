// The administrator's commands (management-interface: ul_...). They obey the same rules as REGISTERs, but for
// the order of Call-ID and CSeq, which is no concern of theirs.
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/runtime/pause.h"
#include "core/transport/transport.h"
#include "modules/usrloc/service.h"

namespace junctor::usrloc
{

namespace
{

constexpr std::string_view mi_call_id = "dfjrewr12386fd6-343@openser.mi", mi_user_agent = "OpenSER MI Server";
constexpr std::uint32_t mi_cseq = 1;
constexpr std::size_t max_column = 255;  // of contact

mi::Reply table_not_found()
{
    return mi::Reply::error(404, "Table not found");
}

mi::Reply bad_parameter()
{
    return mi::Reply::error(400, "Bad parameter");
}

mi::Reply not_done()
{
    return mi::Reply::error(500, "Server Internal Error");
}

bool is_deleted(const BindingPtr& binding)
{
    return binding->expires() == deleted_expires;
}

std::string q_of(const Binding& binding)
{
    return binding.q() < 0 ? std::string() : sip::q_text(binding.q());
}

std::string expires_of(const Binding& binding, std::int64_t now)
{
    if (binding.is_permanent()) return "permanent";
    if (binding.expires() == deleted_expires) return "deleted";
    if (!binding.is_valid(now)) return "expired";
    return std::to_string(binding.expires() - now);
}

std::string_view state_of(const Binding& binding)
{
    switch (binding.state()) {
        case Binding::State::New: return "CS_NEW";
        case Binding::State::Synced: return "CS_SYNC";
        case Binding::State::Dirty: return "CS_DIRTY";
    }
    return {};
}

void add_contact(mi::Node& aor, const Binding& binding, std::int64_t now)
{
    mi::Node& contact = aor.add("Contact", std::string(binding.uri())).with("Q", q_of(binding));
    const auto add = [&](const char* name, std::string_view value) { contact.add(name, std::string(value)); };
    const auto add_present = [&](const char* name, std::string_view value) {
        if (!value.empty()) add(name, value);
    };
    add("Expires", expires_of(binding, now));
    add("Callid", binding.call_id());
    add("Cseq", std::to_string(binding.cseq()));
    add_present("User-agent", binding.user_agent());
    add_present("Received", binding.received());
    add_present("Path", binding.path());
    add("State", state_of(binding));
    add("Flags", std::to_string(binding.flags()));
    add("Cflags", std::to_string(binding.cflags()));
    if (binding.socket() != nullptr) add("Socket", binding.socket()->text());
    add("Methods", std::to_string(binding.methods()));
}

std::string shown(const Binding& binding, std::int64_t now)
{
    std::string text = fmt::format(
        "<{}>;q={};expires={};flags=0x{:X};cflags=0x{:X};socket=<{}>;methods=0x{:X}", binding.uri(),
        q_of(binding), binding.is_permanent() ? 0 : binding.expires() - now, binding.flags(),
        binding.cflags(), binding.socket() != nullptr ? binding.socket()->text() : "NULL", binding.methods());
    const auto add = [&](const char* name, std::string_view value) {
        if (!value.empty()) text += fmt::format(";{}=<{}>", name, value);
    };
    add("received", binding.received());
    add("user_agent", binding.user_agent());
    add("path", binding.path());
    return text;
}

}  // namespace

Result<std::string> Usrloc::aor_from(const std::string& argument) const
{
    const auto at = argument.find('@');
    if (use_domain_ && at == argument.npos) return fail(400, "Domain missing in AOR");
    return lower_copy(use_domain_ ? argument : argument.substr(0, at));
}

Task<mi::Reply> Usrloc::ul_rm(mi::Request request)
{
    if (request.arguments.size() != 2) co_return mi::Reply::bad_count();
    BindingStore* store = find(request.arguments[0]);
    if (store == nullptr) co_return table_not_found();
    const auto aor = aor_from(request.arguments[1]);
    if (!aor) co_return mi::Reply::error(aor.error().status, aor.error().text);

    Registration all;
    all.aor = *aor;
    all.now = now();
    all.remove_all = true;
    all.check_order = false;
    const Outcome outcome = co_await store->apply_waiting(all);
    if (outcome.status != Outcome::Status::Done) co_return mi::Reply::error(500, "Failed to delete AOR");
    co_return mi::Reply::ok();
}

Task<mi::Reply> Usrloc::ul_rm_contact(mi::Request request)
{
    if (request.arguments.size() != 3) co_return mi::Reply::bad_count();
    BindingStore* store = find(request.arguments[0]);
    if (store == nullptr) co_return table_not_found();
    const auto aor = aor_from(request.arguments[1]);
    if (!aor) co_return mi::Reply::error(aor.error().status, aor.error().text);

    auto bindings = co_await store->find_waiting(*aor);
    if (!bindings) co_return not_done();
    std::erase_if(*bindings, is_deleted);
    if (bindings->empty()) co_return mi::Reply::error(404, "AOR not found");
    std::erase_if(*bindings, [&](const BindingPtr& b) { return b->uri() != request.arguments[2]; });
    if (bindings->empty()) co_return mi::Reply::error(404, "Contact not found");

    for (const BindingPtr& binding : *bindings) {  // with matching_mode 1 there may be several, by Call-ID
        Registration one;
        one.aor = *aor;
        one.call_id = binding->call_id();
        one.now = now();
        one.check_order = false;
        one.contacts.push_back({binding->fields(), true});
        const Outcome outcome = co_await store->apply_waiting(one);
        if (outcome.status != Outcome::Status::Done) co_return not_done();
    }
    co_return mi::Reply::ok();
}

Task<mi::Reply> Usrloc::ul_dump(mi::Request request)
{
    if (request.arguments.size() > 1) co_return mi::Reply::bad_count();
    const bool brief = request.arguments.size() == 1 && iequals(request.arguments[0], "brief");
    const std::int64_t at = now();
    mi::Reply reply;
    for (const auto& store : stores_) {
        const MemoryTable& memory = store->memory();
        mi::Node domain{"Domain", store->name(), {}, {}};
        domain.with("table", std::to_string(memory.slots()))
            .with("records", std::to_string(memory.users()))
            .with("max_slot", std::to_string(memory.fullest_slot()));
        for (std::size_t slot = 0; slot < memory.slots(); ++slot) {
            memory.read(slot, [&](std::string_view name, std::span<const BindingPtr> bindings) {
                mi::Node& aor = domain.add("AOR", std::string(name));
                if (brief) return;
                for (const BindingPtr& binding : bindings) add_contact(aor, *binding, at);
            });
            if (slot % 16 == 15) co_await step_aside(*main_loop_);
        }
        reply.nodes.push_back(std::move(domain));
    }
    co_return reply;
}

Task<mi::Reply> Usrloc::ul_flush(mi::Request)
{
    co_await run_upkeep();
    co_return mi::Reply::ok();
}

Task<mi::Reply> Usrloc::ul_add(mi::Request request)
{
    const auto& arguments = request.arguments;
    if (arguments.size() != 9) co_return mi::Reply::bad_count();
    BindingStore* store = find(arguments[0]);
    if (store == nullptr) co_return table_not_found();
    const auto aor = aor_from(arguments[1]);
    if (!aor) co_return mi::Reply::error(aor.error().status, aor.error().text);

    const auto number = [&](std::size_t i) { return parse_unsigned(arguments[i], UINT32_MAX); };
    const auto expires = number(3), flags = number(6), cflags = number(7), methods = number(8);
    const auto q = sip::parse_q(arguments[4]);
    if (!expires || !q || !flags || !cflags || !methods) co_return bad_parameter();
    if (arguments[2].empty() || arguments[2].size() > max_column) co_return bad_parameter();

    Registration one;
    one.aor = *aor;
    one.call_id = mi_call_id;
    one.cseq = mi_cseq;
    one.now = now();
    one.check_order = false;
    BindingFields fields;
    fields.uri = arguments[2];
    fields.expires = *expires == 0 ? 0 : one.now + static_cast<std::int64_t>(*expires);
    fields.q = *q;
    fields.flags = static_cast<std::uint32_t>(*flags);
    fields.cflags = static_cast<std::uint32_t>(*cflags);
    fields.methods = static_cast<std::uint32_t>(*methods);
    fields.user_agent = mi_user_agent;
    one.contacts.push_back({fields, false});
    const Outcome outcome = co_await store->apply_waiting(one);
    if (outcome.status != Outcome::Status::Done) co_return not_done();
    co_return mi::Reply::ok();
}

Task<mi::Reply> Usrloc::ul_show_contact(mi::Request request)
{
    if (request.arguments.size() != 2) co_return mi::Reply::bad_count();
    BindingStore* store = find(request.arguments[0]);
    if (store == nullptr) co_return table_not_found();
    const auto aor = aor_from(request.arguments[1]);
    if (!aor) co_return mi::Reply::error(aor.error().status, aor.error().text);

    const auto bindings = co_await store->find_waiting(*aor);
    if (!bindings) co_return not_done();
    if (bindings->empty()) co_return mi::Reply::error(404, "AOR not found");
    mi::Reply reply;
    for (const BindingPtr& binding : *bindings)
        if (binding->is_valid(now())) reply.add("Contact", shown(*binding, now()));
    if (reply.nodes.empty()) co_return mi::Reply::error(404, "AOR has no contacts");
    co_return reply;
}

}  // namespace junctor::usrloc
