// Which conversation and which request of it a message belongs to: a fixed-size text in our Via branches,
// from which a message coming back is recognized without being parsed.
//
//     z9hG4bKsl 0000002a 00000113 1
//               slot     round    step: one letter or digit for each request of a conversation
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::load
{

struct Identity {
    std::uint32_t slot = 0;  // place among the conversations of its thread
    std::uint32_t round =
        0;  // of that place: a late message of an earlier conversation is not taken for ours
    char step = '0';

    static constexpr std::string_view cookie = "z9hG4bKsl";
    static constexpr std::size_t digits = 16;

    // The digits without cookie and step; also in Call-IDs and tags.
    void append_to(std::string& out) const;
    std::string text() const;
    // In the topmost of our own Vias; empty: none of ours is in it.
    static std::optional<Identity> find(std::string_view message);
};

}  // namespace junctor::load
