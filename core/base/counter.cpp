#include "core/base/counter.h"

namespace junctor
{
namespace
{
thread_local unsigned slot_of_thread = 0;
}

void set_counter_slot(unsigned slot)
{
    slot_of_thread = slot < Counter::slots ? slot : 0;
}

unsigned counter_slot()
{
    return slot_of_thread;
}

}  // namespace junctor
