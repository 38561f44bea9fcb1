#include "modules/usrloc/binding_rules.h"

namespace junctor::usrloc
{

namespace
{

enum class Order : std::uint8_t { Newer, Retransmitted, Old };

// §10.3 step 7: with the same Call-ID the CSeq must be higher. An expired binding is none: it has no say.
Order order_of(const Binding& stored, const Registration& r, const Rules& rules)
{
    if (!r.check_order || !stored.is_valid(r.now) || stored.call_id() != r.call_id) return Order::Newer;
    if (r.cseq > stored.cseq()) return Order::Newer;
    const bool just_now = stored.last_modified() + rules.cseq_delay > r.now;
    return r.cseq == stored.cseq() && just_now ? Order::Retransmitted : Order::Old;
}

class Planner
{
public:
    Planner(const Bindings& before, const Registration& registration, const Rules& rules)
        : before_(before), registration_(registration), rules_(rules)
    {
        plan_.after = before;
    }

    Plan run()
    {
        const bool in_order = registration_.remove_all ? remove_all() : apply_contacts();
        if (!in_order) return refused(Outcome::Status::OldCSeq);
        const std::size_t valid = count_valid(plan_.after);
        if (registration_.max_contacts != 0 && valid > registration_.max_contacts &&
            valid > count_valid(before_))
            return refused(Outcome::Status::TooMany);
        return std::move(plan_);
    }

private:
    Plan refused(Outcome::Status status) const { return {status, {}, before_}; }

    std::size_t count_valid(const Bindings& bindings) const
    {
        return static_cast<std::size_t>(
            std::count_if(bindings.begin(), bindings.end(),
                          [&](const BindingPtr& b) { return b->is_valid(registration_.now); }));
    }

    // §10.3 step 6. "*" obeys the order of requests, too: a late one must not remove what came after it.
    bool remove_all()
    {
        for (const BindingPtr& binding : before_) {
            if (order_of(*binding, registration_, rules_) != Order::Newer) return false;
            plan_.changes.push_back({Change::Kind::Remove, binding, {}});
        }
        plan_.after.clear();
        return true;
    }

    bool apply_contacts()
    {
        for (const Registration::Contact& contact : registration_.contacts) {
            const auto found = find(contact);
            if (found == plan_.after.end()) {
                if (!contact.remove) add(contact);
            } else if (Change* earlier = made_here(*found)) {
                repeat(found, contact, *earlier);
            } else {
                switch (order_of(**found, registration_, rules_)) {
                    case Order::Old: return false;
                    case Order::Retransmitted: break;
                    case Order::Newer: contact.remove ? remove(found) : update(found, contact); break;
                }
            }
        }
        return true;
    }

    Bindings::iterator find(const Registration::Contact& contact)
    {
        return std::find_if(plan_.after.begin(), plan_.after.end(), [&](const BindingPtr& b) {
            return b->uri() == contact.fields.uri &&
                   (!rules_.match_call_id || b->call_id() == registration_.call_id);
        });
    }

    Change* made_here(const BindingPtr& binding)
    {
        for (Change& change : plan_.changes)
            if (change.after == binding) return &change;
        return nullptr;
    }

    BindingPtr make(const Registration::Contact& contact) const
    {
        BindingFields fields = contact.fields;
        fields.call_id = registration_.call_id;
        fields.cseq = registration_.cseq;
        fields.last_modified = registration_.now;
        return Binding::make(fields, Binding::State::New);
    }

    void add(const Registration::Contact& contact)
    {
        const BindingPtr made = make(contact);
        insert_in_order(plan_.after, made, rules_.newest_first);
        plan_.changes.push_back({Change::Kind::Insert, {}, made});
    }

    void update(Bindings::iterator found, const Registration::Contact& contact)
    {
        const BindingPtr before = *found, made = make(contact);
        put(found, made);
        plan_.changes.push_back({Change::Kind::Update, before, made});
    }

    void remove(Bindings::iterator found)
    {
        plan_.changes.push_back({Change::Kind::Remove, *found, {}});
        plan_.after.erase(found);
    }

    // The request names a contact twice: the later one counts, as one change.
    void repeat(Bindings::iterator found, const Registration::Contact& contact, Change& earlier)
    {
        if (!contact.remove) {
            earlier.after = make(contact);
            put(found, earlier.after);
            return;
        }
        plan_.after.erase(found);
        if (earlier.kind == Change::Kind::Insert) {
            plan_.changes.erase(plan_.changes.begin() + (&earlier - plan_.changes.data()));
        } else {
            earlier.kind = Change::Kind::Remove;
            earlier.after = {};
        }
    }

    // In the old one's place while its q allows.
    void put(Bindings::iterator found, const BindingPtr& made)
    {
        if (!rules_.newest_first && (*found)->q() == made->q()) {
            *found = made;
            return;
        }
        plan_.after.erase(found);
        insert_in_order(plan_.after, made, rules_.newest_first);
    }

    const Bindings& before_;
    const Registration& registration_;
    const Rules& rules_;
    Plan plan_;
};

}  // namespace

void insert_in_order(Bindings& bindings, BindingPtr binding, bool newest_first)
{
    const auto place = newest_first
                           ? bindings.begin()
                           : std::find_if(bindings.begin(), bindings.end(),
                                          [&](const BindingPtr& b) { return b->q() < binding->q(); });
    bindings.insert(place, std::move(binding));
}

Plan plan(const Bindings& before, const Registration& registration, const Rules& rules)
{
    return Planner(before, registration, rules).run();
}

}  // namespace junctor::usrloc
