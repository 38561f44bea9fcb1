// registrar: REGISTER requests into bindings, and bindings into targets (RFC 3261 §10.3, §16.5).
//
// It reads and answers; what a REGISTER does to the bindings that are there is the location service's
// (usrloc). Bindings in memory: nothing waits. With usrloc's db_mode 1 and 3 save() waits for the commit,
// with 3 look-ups wait, too.
#include <deque>
#include <mutex>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/module/module.h"
#include "core/sip/write.h"
#include "modules/registrar/answer.h"
#include "modules/registrar/aor.h"
#include "modules/registrar/register_request.h"
#include "modules/registrar/targets.h"
#include "modules/sl/sl.h"
#include "modules/usrloc/usrloc.h"

namespace junctor::registrar
{

namespace
{

constexpr Code saved{1}, refused{0}, not_answered{-1};                      // of save()
constexpr Code found{1}, none{-1}, no_method{-2}, failed{-3};               // of lookup()
constexpr std::uint32_t flag_memory = 1, flag_no_reply = 2, all_flags = 3;  // second argument of save()

// A location table that the script names: its Location is known once usrloc has started.
struct NamedTable {
    std::string name;
    usrloc::Location* location = nullptr;
};
using Table = const NamedTable*;

struct SaveFlags {
    std::uint32_t bits = 0;
};

// Headers of one reply alone.
class ReplyHeaders
{
public:
    ReplyHeaders(Message& message, std::string_view lines)
        : headers_(message.reply_headers), length_(headers_.size())
    {
        headers_ += lines;
    }
    ~ReplyHeaders() { headers_.resize(length_); }
    ReplyHeaders(const ReplyHeaders&) = delete;
    ReplyHeaders& operator=(const ReplyHeaders&) = delete;

private:
    std::string& headers_;
    std::size_t length_;
};

std::string path_line(const RegisterRequest& request)
{
    return "Path: " + request.path.vector + "\r\n";
}

// The 420 shows the Path that the UA would have had to support.
std::string path_of_refused(const RegisterRequest& request, Refusal why)
{
    return why.status == refusal::path_unsupported.status ? path_line(request) : std::string();
}

// What the database did not take, in OpenSER's words.
Refusal not_stored(const usrloc::Registration& registration, const usrloc::Outcome& outcome)
{
    if (registration.remove_all) return refusal::record_not_deleted;
    for (const auto& contact : registration.contacts) {
        if (contact.remove) continue;
        const bool known =
            std::any_of(outcome.bindings.begin(), outcome.bindings.end(),
                        [&](const auto& binding) { return binding->uri() == contact.fields.uri; });
        return known ? refusal::not_updated : refusal::not_inserted;
    }
    return refusal::not_deleted;
}

}  // namespace

class Registrar final : public Module
{
public:
    static void declare(Declaration<Registrar>& d);
    Result<void> start(StartContext& context) override;

    Result<Table> parse_argument(const script::Argument& argument, script::BindContext&,
                                 std::type_identity<Table>);
    Result<SaveFlags> parse_argument(const script::Argument& argument, script::BindContext&,
                                     std::type_identity<SaveFlags>);

private:
    bool writes_wait(const Message&) const { return usrloc_->writes_wait(); }
    bool reads_wait(const Message&) const { return usrloc_->reads_wait(); }

    Code save(Message& message, Table table) { return save_with(message, table, {}); }
    Task<Code> save_waiting(Message& message, Table table) { return save_with_waiting(message, table, {}); }
    Code save_with(Message& message, Table table, SaveFlags flags);
    Task<Code> save_with_waiting(Message& message, Table table, SaveFlags flags);
    Code lookup(Message& message, Table table);
    Task<Code> lookup_waiting(Message& message, Table table);
    Code registered(Message& message, Table table);
    Task<Code> registered_waiting(Message& message, Table table);
    Code add_sock_hdr(Message& message, const std::string& name);

    Result<void> parse_avps(Registry& registry);
    Code conclude(Message& message, const RegisterRequest& request, const usrloc::Outcome& outcome,
                  SaveFlags flags);
    Code refuse(Message& message, Refusal why, SaveFlags flags, std::string lines = {});
    void keep_connection(Message& message, const RegisterRequest& request) const;
    static Code answer_of(Found result);
    static std::int64_t now(const Message& message)
    {
        return message.environment().worker.clock().unix_seconds();
    }

    std::uint64_t max_expires() const { return static_cast<std::uint64_t>(settings_.max_expires); }
    std::uint64_t max_contacts() const { return static_cast<std::uint64_t>(settings_.max_contacts); }
    std::uint64_t default_expire() const { return static_cast<std::uint64_t>(settings_.default_expires); }

    Settings settings_;
    std::string received_avp_, aor_avp_;
    std::mutex tables_mutex_;        // a script reload binds while workers serve
    std::deque<NamedTable> tables_;  // calls point into it
    bool memory_only_used_ = false;
    usrloc::LocationService* usrloc_ = nullptr;
    sl::StatelessReplies* sl_ = nullptr;
    Counter accepted_, rejected_;
};

void Registrar::declare(Declaration<Registrar>& d)
{
    using S = Settings;
    const auto param = [&](const char* name, auto member, const char* help) {
        d.param(name, &Registrar::settings_, member, help);
    };
    param("default_expires", &S::default_expires, "seconds, if neither Contact nor Expires says");
    param("min_expires", &S::min_expires, "seconds; shorter intervals are raised to it (0: off)");
    param("refuse_short_expires", &S::refuse_short_expires,
          "intervals below min_expires and below an hour get 423 instead");
    param("max_expires", &S::max_expires, "seconds; longer intervals are lowered to it (0: off)");
    param("default_q", &S::default_q, "q in thousandths of contacts without one; -1: none");
    param("append_branches", &S::append_branches, "lookup() takes all contacts, not the first alone");
    param("case_sensitive", &S::case_sensitive, "the AoR's user part keeps its case");
    param("tcp_persistent_flag", &S::tcp_persistent_flag,
          "index of the message flag that keeps a connection open as long as its binding");
    param("realm_prefix", &S::realm_prefix, "cut from the front of the AoR's domain");
    param("received_param", &S::received_param,
          "parameter of the answer's Contact that shows the received URI");
    d.param("received_avp", &Registrar::received_avp_, "AVP with the received URI");
    d.param("aor_avp", &Registrar::aor_avp_, "AVP with a URI to use instead of To or Request-URI");
    param("max_contacts", &S::max_contacts, "contacts of one AoR (0: any number)");
    param("retry_after", &S::retry_after, "seconds for Retry-After in 5xx answers (0: none)");
    param("sock_flag", &S::sock_flag, "index of the message flag that says: the socket is in a header");
    param("sock_hdr_name", &S::sock_hdr_name, "that header's name");
    param("method_filtering", &S::method_filtering, "lookup() skips contacts that do not allow the method");
    param("use_path", &S::use_path, "Path (RFC 3327) is stored");
    param("path_mode", &S::path_mode, "Path in the answer: 0 never, 1 if supported, 2 else 420");
    param("path_use_received", &S::path_use_received,
          "the first Path URI's received parameter is the received URI");

    d.function("save", &Registrar::save, &Registrar::save_waiting, &Registrar::writes_wait, {Route::Request},
               "stores the REGISTER's contacts in this table and answers it");
    d.function("save", &Registrar::save_with, &Registrar::save_with_waiting, &Registrar::writes_wait,
               {Route::Request}, "the same; flags: 1 in memory only, 2 no answer");
    d.function("lookup", &Registrar::lookup, &Registrar::lookup_waiting, &Registrar::reads_wait,
               {Route::Request, Route::Failure},
               "rewrites the Request-URI to the AoR's contacts in this table");
    d.function("registered", &Registrar::registered, &Registrar::registered_waiting, &Registrar::reads_wait,
               {Route::Request, Route::Failure}, "has the Request-URI's AoR a valid contact in this table?");
    d.function("add_sock_hdr", &Registrar::add_sock_hdr, {Route::Request},
               "appends a header of this name with the receiving socket");

    d.statistic("max_expires", &Registrar::max_expires);
    d.statistic("max_contacts", &Registrar::max_contacts);
    d.statistic("default_expire", &Registrar::default_expire);
    d.statistic("accepted_regs", &Registrar::accepted_);
    d.statistic("rejected_regs", &Registrar::rejected_);
}

// --- start ---

Result<Table> Registrar::parse_argument(const script::Argument& argument, script::BindContext&,
                                        std::type_identity<Table>)
{
    if (argument.text.empty()) return fail("the name of a location table is missing");
    const std::lock_guard lock(tables_mutex_);
    for (const NamedTable& table : tables_)
        if (table.name == argument.text) return &table;
    NamedTable table{argument.text, nullptr};
    if (usrloc_ != nullptr) {
        const auto location = usrloc_->use(table.name);
        if (!location) return fail(location.error());
        table.location = *location;
    }
    return &tables_.emplace_back(std::move(table));
}

Result<SaveFlags> Registrar::parse_argument(const script::Argument& argument, script::BindContext& context,
                                            std::type_identity<SaveFlags>)
{
    const auto bits = script::ArgumentType<unsigned>::parse(argument, context);
    if (!bits || *bits > all_flags) return fail("flags are 1 (memory only), 2 (no answer) or 3");
    if ((*bits & flag_memory) != 0) memory_only_used_ = true;
    if (memory_only_used_ && usrloc_ != nullptr && usrloc_->is_database_only())
        return fail("flag 1, memory only, contradicts usrloc's db_mode 3: nothing is kept in memory");
    return SaveFlags{*bits};
}

Result<void> Registrar::parse_avps(Registry& registry)
{
    const auto parse = [&](const std::string& text, const char* name,
                           std::optional<script::AvpName>& avp) -> Result<void> {
        if (text.empty()) return {};
        auto parsed = registry.variables().parse_avp_name(text, true);
        if (!parsed) return fail(fmt::format("registrar: {}: {}", name, parsed.error().text));
        avp = std::move(*parsed);
        return {};
    };
    if (auto parsed = parse(received_avp_, "received_avp", settings_.received_avp); !parsed) return parsed;
    return parse(aor_avp_, "aor_avp", settings_.aor_avp);
}

Result<void> Registrar::start(StartContext& context)
{
    auto* const locations = context.find<usrloc::LocationService>("usrloc");
    sl_ = context.find<sl::StatelessReplies>("sl");
    if (locations == nullptr) return fail("registrar needs usrloc: load it before");
    if (sl_ == nullptr) return fail("registrar needs sl: load it before");
    if (auto parsed = parse_avps(context.registry()); !parsed) return parsed;
    if (memory_only_used_ && locations->is_database_only())
        return fail(
            "save() with flag 1, memory only, contradicts usrloc's db_mode 3: nothing is kept in memory");

    settings_.use_domain = locations->use_domain();
    settings_.nat_flag = locations->nat_flag();
    if (!settings_.use_domain) settings_.realm_prefix.clear();
    if (settings_.default_q != -1) settings_.default_q = std::clamp(settings_.default_q, 0, 1000);
    if (settings_.sock_flag > 31 || settings_.tcp_persistent_flag > 31)
        return fail("registrar: a message flag's index is 0 to 31");
    if ((settings_.sock_flag < 0) != settings_.sock_hdr_name.empty()) {
        log_warning("registrar", "sock_flag and sock_hdr_name serve together: one alone is ignored");
        settings_.sock_flag = -1;
    }
    for (NamedTable& table : tables_) {
        const auto location = locations->use(table.name);
        if (!location) return fail(location.error());
        table.location = *location;
    }
    usrloc_ = locations;
    return {};
}

// --- save() ---

Code Registrar::save_with(Message& message, Table table, SaveFlags flags)
{
    RegisterRequest request;
    if (const auto read = request.read(message, settings_, flags.bits & flag_memory); !read)
        return refuse(message, read.error(), flags, path_of_refused(request, read.error()));
    if (request.is_query())
        return conclude(message, request, {{}, table->location->find(request.registration.aor), {}}, flags);
    return conclude(message, request, table->location->apply(request.registration), flags);
}

Task<Code> Registrar::save_with_waiting(Message& message, Table table, SaveFlags flags)
{
    RegisterRequest request;  // keeps the message's bytes: its views stay good while we wait
    if (const auto read = request.read(message, settings_, flags.bits & flag_memory); !read)
        co_return refuse(message, read.error(), flags, path_of_refused(request, read.error()));
    usrloc::Outcome outcome;
    if (request.is_query()) {
        auto bindings = co_await table->location->find_waiting(std::string(request.registration.aor));
        if (!bindings) {
            message.fail(bindings.error(), refused);
            co_return refuse(message, refusal::not_read, flags);
        }
        outcome.bindings = std::move(*bindings);
    } else {
        outcome = co_await table->location->apply_waiting(request.registration);
    }
    co_return conclude(message, request, outcome, flags);
}

Code Registrar::conclude(Message& message, const RegisterRequest& request, const usrloc::Outcome& outcome,
                         SaveFlags flags)
{
    using Status = usrloc::Outcome::Status;
    std::string lines = contact_line(outcome.bindings, request.registration.now, settings_);
    switch (outcome.status) {
        case Status::Done: break;
        case Status::OldCSeq: return refuse(message, refusal::old_cseq, flags, std::move(lines));
        case Status::TooMany: return refuse(message, refusal::too_many, flags, std::move(lines));
        case Status::NotStored:
            message.fail(outcome.error, refused);
            return refuse(message, not_stored(request.registration, outcome), flags, std::move(lines));
    }
    accepted_.add();
    if (!request.path.vector.empty()) message.target().path = request.path.vector;
    keep_connection(message, request);
    if ((flags.bits & flag_no_reply) != 0) return saved;
    if (!request.path.vector.empty() && settings_.path_mode != 0 && supports_path(message.sip()))
        lines += path_line(request);
    const ReplyHeaders headers(message, lines);
    return sl_->reply(message, 200, "OK") ? saved : not_answered;
}

Code Registrar::refuse(Message& message, Refusal why, SaveFlags flags, std::string lines)
{
    rejected_.add();
    log_debug("registrar", "REGISTER refused: {}", why.text);
    if ((flags.bits & flag_no_reply) != 0) return refused;
    lines += refusal_lines(why, settings_);
    const ReplyHeaders headers(message, lines);
    sl_->reply(message, why.status, sip::reason_phrase(why.status));
    return refused;
}

// A UA that registered over a connection is reached by it: it must live as long as the binding.
void Registrar::keep_connection(Message& message, const RegisterRequest& request) const
{
    const auto& flow = message.flow();
    const int flag = settings_.tcp_persistent_flag;
    if (flag < 0 || (message.flags & (1U << flag)) == 0 || flow.connection == 0) return;
    std::optional<std::int64_t> last;
    for (const auto& contact : request.registration.contacts) {
        const auto uri = sip::Uri::parse(contact.fields.uri);
        if (!uri || !is_stream(uri->transport())) continue;
        const std::int64_t left = contact.remove ? 0 : contact.fields.expires - request.registration.now;
        last = std::max(last.value_or(0), left);
    }
    if (last)
        message.environment().transport.extend_lifetime(flow.connection,
                                                        static_cast<std::uint32_t>(*last + 10));
}

// --- look-ups ---

Code Registrar::answer_of(Found result)
{
    switch (result) {
        case Found::Targets: return found;
        case Found::NoContact: return none;
        case Found::NoContactForMethod: return no_method;
    }
    return failed;
}

Code Registrar::lookup(Message& message, Table table)
{
    const auto aor = aor_of_request_uri(message, settings_);
    if (!aor) return message.fail({aor.error().status, std::string(aor.error().text)}, failed);
    return answer_of(to_targets(message, table->location->find(*aor), now(message), settings_));
}

Task<Code> Registrar::lookup_waiting(Message& message, Table table)
{
    auto aor = aor_of_request_uri(message, settings_);
    if (!aor) co_return message.fail({aor.error().status, std::string(aor.error().text)}, failed);
    const auto bindings = co_await table->location->find_waiting(std::move(*aor));
    if (!bindings) co_return message.fail(bindings.error(), failed);
    co_return answer_of(to_targets(message, *bindings, now(message), settings_));
}

namespace
{

bool any_valid(const usrloc::Bindings& bindings, std::int64_t now)
{
    return std::any_of(bindings.begin(), bindings.end(), [&](const auto& b) { return b->is_valid(now); });
}

}  // namespace

Code Registrar::registered(Message& message, Table table)
{
    const auto aor = aor_of_request_uri(message, settings_);
    return aor && any_valid(table->location->find(*aor), now(message)) ? found : none;
}

Task<Code> Registrar::registered_waiting(Message& message, Table table)
{
    auto aor = aor_of_request_uri(message, settings_);
    if (!aor) co_return none;
    const auto bindings = co_await table->location->find_waiting(std::move(*aor));
    if (!bindings) co_return message.fail(bindings.error(), none);
    co_return any_valid(*bindings, now(message)) ? found : none;
}

Code Registrar::add_sock_hdr(Message& message, const std::string& name)
{
    const transport::ListenSocket* socket = message.flow().socket;
    if (socket == nullptr) return not_answered;
    message.edits.append_header(message.sip(), name + ": " + socket->text() + "\r\n");
    return saved;
}

}  // namespace junctor::registrar

JUNCTOR_MODULE(junctor::registrar::Registrar)
