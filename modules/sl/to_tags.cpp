#include "modules/sl/to_tags.h"

#include "core/base/ascii.h"
#include "core/sip/digest.h"
#include "core/transaction/keyed_hash.h"

namespace junctor::sl
{

ToTags::ToTags(const Endpoint& first_socket)
    : dotted_identity_(sip::md5_hex("junctor stateless " + first_socket.text()) + '.')
{
}

std::string ToTags::tag_for(const sip::Message& request) const
{
    const sip::Via* via = request.top_via();
    std::uint64_t sender = 0;
    if (via != nullptr)
        sender = transaction::keyed_hash({transaction::keyed_hash({}, via->sent_by()), 0}, via->branch);
    std::string tag;
    tag.reserve(dotted_identity_.size() + 4);
    append_hex(tag = dotted_identity_, static_cast<std::uint16_t>(sender), 4);
    return tag;
}

bool ToTags::is_ours(const sip::Message& ack) const
{
    const sip::NameAddr* to = ack.to();
    return to != nullptr && to->tag().starts_with(dotted_identity_) && to->tag() == tag_for(ack);
}

}  // namespace junctor::sl
