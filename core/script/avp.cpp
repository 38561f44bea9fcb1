#include "core/script/avp.h"

#include <algorithm>

namespace junctor::script
{

namespace
{

bool matches(const Avp& avp, const AvpName& name, std::uint8_t flags)
{
    return (flags == 0 || (avp.flags & flags) != 0) && avp.name == name;
}

}  // namespace

void AvpList::add(AvpName name, std::variant<std::int64_t, std::string> value, std::uint8_t flags)
{
    avps_.push_front({std::move(name), std::move(value), flags});
}

const Avp* AvpList::find(const AvpName& name, int index, std::uint8_t flags) const
{
    int skip = index;
    if (index >= 0) {
        for (const Avp& avp : avps_)
            if (matches(avp, name, flags) && skip-- == 0) return &avp;
    } else {
        for (auto avp = avps_.rbegin(); avp != avps_.rend(); ++avp)
            if (matches(*avp, name, flags) && ++skip == 0) return &*avp;
    }
    return nullptr;
}

std::size_t AvpList::count(const AvpName& name, std::uint8_t flags) const
{
    return static_cast<std::size_t>(
        std::count_if(avps_.begin(), avps_.end(), [&](const Avp& avp) { return matches(avp, name, flags); }));
}

bool AvpList::remove_first(const AvpName& name, std::uint8_t flags)
{
    const auto avp =
        std::find_if(avps_.begin(), avps_.end(), [&](const Avp& each) { return matches(each, name, flags); });
    if (avp == avps_.end()) return false;
    avps_.erase(avp);
    return true;
}

std::size_t AvpList::remove_all(const AvpName& name, std::uint8_t flags)
{
    return avps_.remove_if([&](const Avp& avp) { return matches(avp, name, flags); });
}

}  // namespace junctor::script
