#include "tools/junctorctl/control.h"

namespace junctor::ctl
{

Result<std::unique_ptr<Control>> connect_to_server(const Settings& settings)
{
    std::string tried;
    for (const auto& path : settings.sockets()) {
        auto connected = connect_to_socket(path, settings.timeout());
        if (connected) return connected;
        tried += "\n  " + connected.error().text;
    }
    if (const auto fifo = settings.fifo(); fifo && !settings.socket_is_chosen()) {
        auto usable = use_fifo(*fifo, settings.reply_dir(), settings.timeout());
        if (usable) return usable;
        tried += "\n  " + usable.error().text;
    }
    return fail(no_server, "the server cannot be reached; is it running? Tried:" + tried);
}

}  // namespace junctor::ctl
