// A message on its way through the routing script: its bytes, the changes made so far, and what the script
// knows of it.
//
// One object a received message (and one for each failure or branch route run on a stored request). Belongs
// to one worker.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/log.h"
#include "core/base/result.h"
#include "core/runtime/task.h"
#include "core/script/avp.h"
#include "core/script/environment.h"
#include "core/sip/edits.h"
#include "core/sip/message.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{
class Transaction;
}

namespace junctor::script
{

// The kind of block that runs; bits, so that a function can say where it may be called.
enum class Route : std::uint8_t { Request = 1, Failure = 2, OnReply = 4, Branch = 8, Error = 16 };
using RouteMask = std::uint8_t;
constexpr RouteMask any_route = 31;
constexpr RouteMask operator|(Route a, Route b)
{
    return static_cast<RouteMask>(static_cast<int>(a) | static_cast<int>(b));
}
constexpr RouteMask operator|(RouteMask a, Route b)
{
    return static_cast<RouteMask>(a | static_cast<int>(b));
}
constexpr bool includes(RouteMask mask, Route route)
{
    return (mask & static_cast<int>(route)) != 0;
}
std::string_view to_text(Route route);  // "route", "failure_route" ...

// What a script function answers: > 0 true, < 0 false, 0 ends the script.
struct Code {
    int value = 1;
    friend bool operator==(const Code&, const Code&) = default;
};

// A target of forking: the Request-URI of branch 0 or one that append_branch() added.
struct Target {
    std::string uri;
    std::string destination_uri;                      // next hop ($du); empty: the URI itself
    std::string path;                                 // Route values to put on top (RFC 3327)
    int q = -1;                                       // thousandths; -1: not given
    std::uint32_t flags = 0;                          // branch flags
    const transport::ListenSocket* socket = nullptr;  // forced
};
constexpr std::size_t max_branches = 12;  // Request-URI + 11, as in OpenSER

// Errors as sl_reply_error() and tm report them: OpenSER's internal codes (sl.md).
enum class Failure : int {
    None = 0,
    Unspecified = -1,
    OutOfMemory = -2,
    TupleIncomplete = -9,
    ExternalLogic = -11,
    TooManyBranches = -12,
    BadTo = -13,
    QCharacter = -15,
    QEmpty = -16,
    QTooBig = -17,
    QDecimals = -18,
    BadRequest = -400,
    Filtered = -473,
    BadUri = -475,
    Unresolvable = -476,
    SendFailed = -477,
};

// $err.*: what a header or URI that does not parse leaves behind for error_route (config-language.md, 4.3).
struct ParseError {
    int error_class = 0;  // 0: none
    int level = 0;
    int reply_code = 0;
    std::string info, reason;
};

class Message
{
public:
    Message(Environment& environment, sip::MessagePtr sip, const transport::Flow& flow);
    ~Message();
    Message& operator=(const Message&) = delete;
    // As it stands now, for branches, failure routes and whoever keeps it: AVPs and module data are shared,
    // the transaction is not taken along.
    std::unique_ptr<Message> copy() const;

    Environment& environment() { return environment_; }
    const Environment& environment() const { return environment_; }
    sip::Message& sip() { return *sip_; }
    const sip::Message& sip() const { return *sip_; }
    const sip::MessagePtr& sip_ptr() const { return sip_; }
    const transport::Flow& flow() const { return flow_; }
    bool is_request() const { return sip_->is_request(); }
    std::uint64_t id() const { return id_; }  // $mi: counts the messages of this worker from 1
    WallTime received_at() const { return received_at_; }

    // Request-URI in force: the rewritten one or the one received. In a response: empty and null.
    std::string_view uri() const;
    const sip::Uri* parsed_uri();  // of uri(); null (and parse_error set) if it does not parse
    void set_uri(std::string uri);
    bool is_uri_rewritten() const { return !target_.uri.empty(); }
    void revert_uri();
    // Branch 0: destination URI, path, q, branch flags, forced socket. Its URI changes through set_uri()
    // alone.
    Target& target() { return target_; }
    const Target& target() const { return target_; }

    // Further branches, in the order they were appended.
    std::vector<Target>& branches() { return branches_; }
    const std::vector<Target>& branches() const { return branches_; }
    bool append_branch(Target target);  // false: more than max_branches

    AvpList& avps() { return *shared_avps(); }
    const std::shared_ptr<AvpList>& shared_avps() const
    {
        if (avps_ == nullptr) avps_ = std::make_shared<AvpList>();
        return avps_;
    }
    void use_avps(std::shared_ptr<AvpList> avps) { avps_ = std::move(avps); }

    sip::Edits edits;                          // of the message itself
    std::string reply_headers;                 // append_to_reply(): whole lines for every reply we build
    std::string reply_body;                    // with its Content-Type in reply_headers
    std::uint32_t flags = 0;                   // message flags
    std::uint32_t script_flags = 0;            // cleared at each top-level block
    Route route = Route::Request;              // the type of the block that runs
    int return_code = 1;                       // $rc
    Failure failure = Failure::None;           // set by a function that fails
    Failure previous_failure = Failure::None;  // of the action before: what sl_reply_error() answers
    ParseError parse_error;
    bool force_rport = false;
    bool add_local_rport = false;
    std::string advertised_address;          // set_advertised_address()
    std::uint16_t advertised_port = 0;       // set_advertised_port()
    std::vector<std::string> blacklists;     // use_blacklist()
    std::string authorized_header;           // whole line of credentials that were verified; empty: none
    std::size_t authorized_offset = 0;       // where that line starts in the message
    bool drop = false;                       // `drop` ended the script
    const LogScope::Place* place = nullptr;  // in the script, of what runs; null: none

    // tm's; null until a transaction was created or found.
    std::shared_ptr<transaction::Transaction> transaction;
    unsigned branch_index = 0;  // $T_branch_idx: from 1 in a branch_route, else 0
    int reply_code = 0;         // $T_reply_code

    // Per-message data that a module keeps between its functions (for example rr's routed parameters); keyed
    // by an address of the module's own. Made on first use.
    template <class T>
    T& extra(const void* key)
    {
        for (auto& [owner, data] : extras_)
            if (owner == key) return *static_cast<T*>(data.get());
        extras_.emplace_back(key, std::make_shared<T>());
        return *static_cast<T*>(extras_.back().second.get());
    }

    // Logs `error` with the place in the script and returns `code`: `co_return msg.fail(rows.error(),
    // db_error);`
    Code fail(const Error& error, Code code, Failure failure = Failure::Unspecified);
    // Remembers a header or URI that did not parse; error_route runs after the current action.
    void set_parse_error(std::string info, std::string reason, int reply_code = 400);

    // How our socket names itself when this message leaves through it, and what RR and Via are made from.
    sip::SendPath send_path(const transport::ListenSocket& sent_from) const;

private:
    Message(const Message& other);

    Environment& environment_;
    sip::MessagePtr sip_;
    transport::Flow flow_;
    std::uint64_t id_;
    WallTime received_at_;
    Target target_;
    std::vector<Target> branches_;
    mutable std::shared_ptr<AvpList> avps_;  // made on first use, or when a copy is to share it
    std::optional<sip::Uri> parsed_uri_;
    std::vector<std::pair<const void*, std::shared_ptr<void>>> extras_;
};

}  // namespace junctor::script
