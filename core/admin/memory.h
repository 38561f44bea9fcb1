// The memory of this process, as `status` and the statistics group `shmem` tell it. OpenSER's shared memory
// pool has no counterpart; its names keep their sense:
#pragma once

#include <cstdint>

namespace junctor::admin
{

struct MemoryUse {                     // bytes
    std::uint64_t total_size = 0;      // what the allocator holds from the system
    std::uint64_t used_size = 0;       // of that: handed out
    std::uint64_t free_size = 0;       // of that: not handed out
    std::uint64_t real_used_size = 0;  // resident memory of the whole process
    std::uint64_t max_used_size = 0;   // the highest real_used_size so far
    std::uint64_t fragments = 0;       // free pieces (a count); 0 with jemalloc, which has none
};

MemoryUse memory_use();  // asks the allocator and the kernel; tens of microseconds

}  // namespace junctor::admin
