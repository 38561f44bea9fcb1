// What the transaction layers of all workers count together. Thread-safe.
#pragma once

#include "core/base/counter.h"

namespace junctor::transaction
{

struct Statistics {
    Counter received_replies;                    // matched
    Counter relayed_replies, local_replies;      // sent upstream, provisional ones included
    Counter uas_transactions, uac_transactions;  // made for received and for our own requests
    Counter replies_2xx, replies_3xx, replies_4xx, replies_5xx, replies_6xx;  // sent upstream
    Counter in_use;             // transactions in the tables now
    Counter absorbed_requests;  // retransmissions and ACKs that the script never saw
    Counter loops;              // answered 482
    Counter refused;            // a limit was reached
    Counter retransmissions;    // sent by us
};

}  // namespace junctor::transaction
