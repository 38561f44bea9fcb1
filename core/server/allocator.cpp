// How jemalloc, which the server is linked with, shall work here. Its manual asks for exactly this symbol.

extern "C" {
// Memory that a worker frees is used again by the transactions of the next half minute: it goes back to the
// system only after a minute without use (unused pages: after ten seconds), and a thread in the background
// sees to that.
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:60000,muzzy_decay_ms:10000";
}
