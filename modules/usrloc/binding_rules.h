// What a REGISTER does to the bindings of its AoR: RFC 3261 §10.3 steps 6 and 7, with OpenSER's matching and
// order.
//
// A pure function of the bindings before and the request: it changes nothing, so that the caller can first
// write to the database what it says. All contacts or none.
#pragma once

#include "modules/usrloc/usrloc.h"

namespace junctor::usrloc
{

struct Rules {
    bool match_call_id = false;    // matching_mode 1: a contact is another one under another Call-ID
    bool newest_first = false;     // desc_time_order: not by q
    std::int64_t cseq_delay = 20;  // seconds in which an equal CSeq is a retransmission
};

struct Plan {
    Outcome::Status status = Outcome::Status::Done;
    std::vector<Change> changes;
    Bindings after;  // unless Done: as before
};

Plan plan(const Bindings& before, const Registration& registration, const Rules& rules);

// Puts a binding in its place: behind those of equal q, or (newest first) in front.
void insert_in_order(Bindings& bindings, BindingPtr binding, bool newest_first);

}  // namespace junctor::usrloc
