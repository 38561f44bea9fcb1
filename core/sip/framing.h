// Cuts messages out of a byte stream: RFC 3261 §18.3, keep-alives of RFC 5626 §4.4.1
// (CRLF CRLF in, CRLF back).
//
// Every length is checked before it is believed. Pure: the transport feeds bytes in and takes events out.
// Bytes that make whole messages are cut where they were fed; only what is left over is kept, so that an idle
// connection holds no memory, and a busy one touches none of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace junctor::sip
{

class StreamFramer
{
public:
    struct Event {
        enum class Kind { Message, Ping } kind = Kind::Message;
        std::string bytes;  // one whole message
    };

    explicit StreamFramer(std::size_t max_message = 65535);
    // They must stay where they are until next() has given nothing more or an error.
    void feed(std::string_view bytes);
    // The next whole message or keep-alive; nothing: more bytes are needed; an error: the stream cannot be
    // followed any further (no, repeated, negative or too large Content-Length; header section too long). The
    // error carries 400, 411 or 513 and the bytes so far are in pending(), so that the caller may answer
    // before it closes.
    Result<std::optional<Event>> next();
    std::string_view pending() const
    {
        return (kept_.empty() ? fed_ : std::string_view(kept_)).substr(start_);
    }

private:
    Result<std::optional<Event>> cut();  // as next(), which then keeps what is left over
    std::optional<Event> between_messages();
    Result<bool> find_header_end();
    void take(std::size_t size);
    void keep_rest();

    std::string_view fed_;         // while nothing is kept
    std::string kept_;             // of what was fed earlier, with what was fed since
    std::size_t start_ = 0;        // of what was not taken out yet
    std::size_t scanned_ = 0;      // bytes of it that were searched for the end of the headers
    std::size_t header_size_ = 0;  // 0: not known yet
    std::size_t body_size_ = 0;
    std::size_t max_message_;
    std::optional<Error> broken_;  // an error is final: where the next message begins nobody knows
};

}  // namespace junctor::sip
