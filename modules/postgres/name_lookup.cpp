#include "modules/postgres/name_lookup.h"

#include <fmt/format.h>
#include <netdb.h>

namespace junctor::postgres
{
namespace
{

Result<std::vector<std::string>> ask_system(const std::string& host)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0)
        return fail(503, fmt::format("the host {} has no address: {}", host, gai_strerror(error)));
    std::vector<std::string> addresses;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
            addresses.emplace_back(text);
    }
    freeaddrinfo(found);
    return addresses;
}

}  // namespace

void NameLookup::find(const std::string& host, EventLoop& asker, Found found)
{
    const std::lock_guard lock(mutex_);
    if (!thread_) thread_ = std::make_unique<LoopThread>();
    thread_->loop().post([host, &asker, found = std::move(found)] {
        asker.post([found, addresses = ask_system(host)] { found(addresses); });
    });
}

}  // namespace junctor::postgres
