// What a worker on the virtual clock does when its test lets it: its work, and what time brings.
#pragma once

#include "core/runtime/virtual_worker.h"

namespace junctor::test
{

void settle(VirtualWorker& worker);  // what is posted and what is due, but no time passes
// Every timer fires at its own moment, and what it starts is settled before the next one.
void pass(VirtualClock& clock, VirtualWorker& worker, Duration time);

}  // namespace junctor::test
