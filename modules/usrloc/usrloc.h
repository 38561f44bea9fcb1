// The location service (RFC 3261 §10): bindings of addresses-of-record to contacts, as other modules see it.
//
// A Location is one table of bindings, named as in the script: "location", "aliases". With db_mode 1 and 3
// changes are awaited, with db_mode 3 look-ups, too; otherwise everything is done in memory at once. All of
// it may be called on any worker's thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/task.h"
#include "modules/usrloc/binding.h"

namespace junctor::usrloc
{

// What one REGISTER asks for. Views: they, and it, must live until the call has ended.
struct Registration {
    struct Contact {
        BindingFields fields;  // call_id, cseq and last_modified are filled in from below
        bool remove = false;   // expires=0
    };

    std::string_view aor;
    std::string_view call_id;
    std::uint32_t cseq = 0;
    std::int64_t now = 0;  // Unix seconds
    std::vector<Contact> contacts;
    bool remove_all = false;    // Contact: *
    bool check_order = true;    // false: an administrator's wish, whatever Call-ID and CSeq say
    unsigned max_contacts = 0;  // valid ones afterwards; 0: any number
};

struct Outcome {
    enum class Status : std::uint8_t {
        Done,
        OldCSeq,    // a contact was registered with this Call-ID and a CSeq that is not lower
        TooMany,    // max_contacts
        NotStored,  // the database refused or did not answer: nothing is changed
    };
    Status status = Status::Done;
    Bindings
        bindings;   // of the AoR, in order of preference; unless Done, as they were. Some may have expired
    Error error{};  // of NotStored
};

class Location
{
public:
    virtual ~Location() = default;
    virtual const std::string& name() const = 0;

    // The bindings of an AoR in order of preference; among them may be expired ones. Empty with db_mode 3.
    virtual Bindings find(std::string_view aor) const = 0;
    virtual Task<Result<Bindings>> find_waiting(std::string aor) const = 0;  // any db_mode

    // RFC 3261 §10.3 step 7: all contacts of the REGISTER or none. The first unless
    // LocationService::writes_wait().
    virtual Outcome apply(const Registration& registration) = 0;
    virtual Task<Outcome> apply_waiting(const Registration& registration) = 0;  // any db_mode

    // Valid contacts that have all bits of `cflags`, for pings: the `part`-th of `parts` shares of the table.
    virtual Bindings list(std::uint32_t cflags, std::int64_t now, unsigned part, unsigned parts) const = 0;
    virtual Task<Result<Bindings>> list_waiting(std::uint32_t cflags, std::int64_t now) const = 0;
};

// A change that has happened. Insert: no `before`; Remove and Expire: no `after`.
struct Change {
    enum class Kind : std::uint8_t { Insert, Update, Remove, Expire };
    Kind kind = Kind::Insert;
    BindingPtr before, after;
};

class LocationService
{
public:
    virtual ~LocationService() = default;

    // The table of that name; loaded now if it is not in use yet, which is possible until the workers serve.
    virtual Result<Location*> use(std::string_view table) = 0;
    // Asked for each request: they also wait, in vain, until the tables are loaded after a start without
    // database.
    virtual bool writes_wait() const = 0;        // db_mode 1 and 3, or 2 with its journal awaited
    virtual bool reads_wait() const = 0;         // db_mode 3
    virtual bool is_database_only() const = 0;   // db_mode 3: nothing is kept in memory
    virtual bool use_domain() const = 0;         // AoRs are user@domain, not user
    virtual std::uint32_t nat_flag() const = 0;  // bit mask of nat_bflag; 0: not set

    // Called after a change, on the thread that made it, without locks; changes of one AoR on two workers may
    // be told out of their order. Register in start().
    using OnChange = std::function<void(const Location&, std::string_view aor, const Change&)>;
    virtual void on_change(OnChange callback) = 0;
};

}  // namespace junctor::usrloc
