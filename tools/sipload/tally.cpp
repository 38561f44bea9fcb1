#include "tools/sipload/tally.h"

namespace junctor::load
{

void Snapshot::add(const Tally& tally)
{
    started += tally.started.value();
    done += tally.done.value();
    failed += tally.failed.value();
    retransmitted += tally.retransmitted.value();
    sent += tally.sent.value();
    received += tally.received.value();
    late += tally.late.value();
}

Snapshot Snapshot::since(const Snapshot& before) const
{
    return {started - before.started, done - before.done,
            failed - before.failed,   retransmitted - before.retransmitted,
            sent - before.sent,       received - before.received,
            late - before.late};
}

}  // namespace junctor::load
