#include "modules/sl/to_tags.h"

#include <fmt/format.h>

#include "core/sip/digest.h"
#include "core/transaction/keyed_hash.h"

namespace junctor::sl
{

ToTags::ToTags(const Endpoint& first_socket)
    : identity_(sip::md5_hex("junctor stateless " + first_socket.text()))
{
}

std::string ToTags::tag_for(const sip::Message& request) const
{
    const sip::Via* via = request.top_via();
    std::string sender;
    if (via != nullptr) ((sender += via->sent_by()) += ' ') += via->branch;
    return fmt::format("{}.{:04x}", identity_, transaction::keyed_hash({}, sender) & 0xffffU);
}

bool ToTags::is_ours(const sip::Message& ack) const
{
    const sip::NameAddr* to = ack.to();
    return to != nullptr && to->tag().starts_with(identity_) && to->tag() == tag_for(ack);
}

}  // namespace junctor::sl
