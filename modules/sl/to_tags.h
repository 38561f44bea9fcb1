// To-tags of stateless replies: the same for every retransmission of a request, and known again in its ACK,
// so that no memory of the reply is needed (RFC 3261 §8.2.7).
//
//     <32 hexadecimal digits: who we are> . <4: of the top Via's sent-by and branch>
//
// The first part stays the same over restarts on the same address. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/base/address.h"
#include "core/sip/message.h"

namespace junctor::sl
{

class ToTags
{
public:
    ToTags() : ToTags(Endpoint{}) {}
    explicit ToTags(const Endpoint& first_socket);

    std::string tag_for(const sip::Message& request) const;
    // Is this ACK for a reply that we sent? Only a non-2xx has such a tag in an ACK with its request's Via.
    bool is_ours(const sip::Message& ack) const;

private:
    std::string dotted_identity_;
};

}  // namespace junctor::sl
