#include "core/admin/memory.h"

#include <fstream>

#include <jemalloc/jemalloc.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#pragma weak mallctl  // the server is linked with jemalloc; what is built with a sanitizer is not

namespace junctor::admin
{
namespace
{

std::uint64_t from_jemalloc(const char* name)
{
    std::size_t value = 0;
    std::size_t size = sizeof value;
    return mallctl(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}

void ask_jemalloc(MemoryUse& use)
{
    std::uint64_t epoch = 1;  // its statistics are those of the last time that this was written
    mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
    use.total_size = from_jemalloc("stats.active");
    use.used_size = from_jemalloc("stats.allocated");
    use.free_size = use.total_size - use.used_size;
}

void ask_libc(MemoryUse& use)
{
    const auto heap = mallinfo2();  // all arenas; hblk*: large pieces with a mapping of their own
    use.total_size = heap.arena + heap.hblkhd;
    use.used_size = heap.uordblks + heap.hblkhd;
    use.free_size = heap.fordblks;
    use.fragments = heap.ordblks;
}

}  // namespace

MemoryUse memory_use()
{
    MemoryUse use;
    if (mallctl != nullptr)
        ask_jemalloc(use);
    else
        ask_libc(use);

    std::uint64_t pages = 0;
    std::uint64_t resident_pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident_pages;
    use.real_used_size = resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    // The kernel notes its peak now and then only.
    use.max_used_size =
        std::max<std::uint64_t>(static_cast<std::uint64_t>(usage.ru_maxrss) * 1024, use.real_used_size);
    return use;
}

}  // namespace junctor::admin
