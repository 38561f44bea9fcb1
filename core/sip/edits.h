// Changes to a message that keep its bytes: insert, remove, replace, applied once while writing out. What
// nobody touched leaves byte for byte as it came in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.h"
#include "core/sip/message.h"

namespace junctor::sip
{

// Our side of a socket as it appears in Via and Record-Route.
struct LocalName {
    Protocol protocol = Protocol::Udp;
    std::string host;  // address text or advertised name; IPv6 in brackets
    std::uint16_t port = 5060;
    bool advertised_port = false;  // then it is printed even if it is 5060
};

// Known only when the message is sent: where it came in and where it goes out.
struct SendPath {
    LocalName received_on;  // without advertised names
    LocalName sent_from;    // with them
    bool same_socket = true;
};

using LateText = std::function<std::string(const SendPath&)>;

class Edits
{
public:
    // Texts inserted at one offset come out in call order; with `before` set, in
    // front of those already there.
    void insert(std::size_t offset, std::string text, bool before = false);
    void insert(std::size_t offset, LateText text, bool before = false);
    void remove(std::size_t offset, std::size_t length);
    void replace(std::size_t offset, std::size_t length, std::string text);
    bool empty() const { return edits_.empty(); }
    void clear() { edits_.clear(); }
    std::size_t size() const { return edits_.size(); }
    void truncate(std::size_t size)
    {
        edits_.resize(std::min(size, edits_.size()));
    }  // undoes what came after

    // Appends bytes [from, to) of `source` to `out`, edited; insertions at `to` only where it is the end of
    // `source`. Overlapping removals add up; of their new texts the first in message order wins.
    void apply(std::string_view source, std::size_t from, std::size_t to, const SendPath& path,
               std::string& out) const;
    // The texts inserted at one offset, as they will come out.
    std::string inserted_at(std::size_t offset, const SendPath& path) const;
    // Signed change of the body's length; Content-Length is corrected by it when writing.
    std::ptrdiff_t body_growth(const Message& message, const SendPath& path) const;

    // Header helpers. A header text ends with CRLF.
    void remove_header(const Message& message, const Header& header);
    void append_header(const Message& message, std::string text);   // after the last header
    void prepend_header(const Message& message, std::string text);  // before the first header, above our Via
    void prepend_header(const Message& message, LateText text);
    // Takes one element out of a comma-separated header; the whole line if it was the only one.
    void remove_element(const Message& message, const Header& header, std::string_view element);

private:
    friend class Splicer;
    struct Edit {
        std::size_t offset = 0;
        std::size_t remove = 0;
        std::string text;
        LateText late;
        bool before = false;
    };
    bool removes(std::size_t offset) const;  // is the byte at `offset` taken out?
    std::vector<Edit> edits_;                // in call order
};

}  // namespace junctor::sip
