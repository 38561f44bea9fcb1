#include "core/sip/framing.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/sip/header.h"

namespace junctor::sip
{
namespace
{

constexpr std::string_view ping = "\r\n\r\n";
constexpr std::size_t max_idle_room = 4096;

// The value of the only Content-Length among `headers`, folded lines included.
Result<std::size_t> announced_length(std::string_view headers, std::size_t limit)
{
    std::optional<std::size_t> length;
    std::size_t offset = headers.find('\n') + 1;  // the first line is none
    while (offset < headers.size()) {
        std::size_t end = headers.find('\n', offset) + 1;
        while (end < headers.size() && is_blank(headers[end])) end = headers.find('\n', end) + 1;
        const std::string_view line = headers.substr(offset, end - offset);
        offset = end;

        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos ||
            header_type(trim(line.substr(0, colon))) != HeaderType::ContentLength)
            continue;
        if (length) return fail(400, "Content-Length: more than one");
        const std::string_view digits = trim(line.substr(colon + 1));
        if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
            return fail(400, "Content-Length: not a number");
        length = parse_unsigned(digits, limit);
        if (!length) return fail(513, "Message Too Large");
    }
    if (!length) return fail(411, "Length Required");
    return *length;
}

}  // namespace

StreamFramer::StreamFramer(std::size_t max_message) : max_message_(max_message) {}

void StreamFramer::feed(std::string_view bytes)
{
    if (kept_.empty())
        fed_ = bytes;
    else
        kept_ += bytes;
}

Result<std::optional<StreamFramer::Event>> StreamFramer::next()
{
    if (broken_) return fail(*broken_);
    auto event = cut();
    if (event && !*event) keep_rest();
    return event;
}

Result<std::optional<StreamFramer::Event>> StreamFramer::cut()
{
    if (auto event = between_messages()) return event;
    if (header_size_ == 0) {
        const auto found = find_header_end();
        if (!found) {
            broken_ = found.error();
            return fail(*broken_);
        }
        if (!*found) return std::optional<Event>{};
    }
    if (pending().size() < header_size_ + body_size_) return std::optional<Event>{};
    Event event{Event::Kind::Message, std::string(pending().substr(0, header_size_ + body_size_))};
    take(event.bytes.size());
    return event;
}

// Empty lines may come before a message (§7.5); two of them are a keep-alive.
std::optional<StreamFramer::Event> StreamFramer::between_messages()
{
    if (scanned_ > 0) return {};
    while (pending().starts_with("\r\n")) {
        if (pending().starts_with(ping)) {
            take(ping.size());
            return Event{Event::Kind::Ping, {}};
        }
        if (ping.starts_with(pending())) break;  // half a ping perhaps: the next bytes tell
        take(2);
    }
    return {};
}

// Looks line by line for the blank one, from where it stopped last time.
Result<bool> StreamFramer::find_header_end()
{
    const std::string_view bytes = pending();
    if (ping.starts_with(bytes)) return false;
    while (true) {
        const std::size_t feed = bytes.find('\n', scanned_);
        if (feed == std::string_view::npos) {
            scanned_ = bytes.size();
            if (scanned_ > max_message_) return fail(513, "Message Too Large");
            return false;
        }
        scanned_ = feed + 1;
        if (scanned_ > max_message_) return fail(513, "Message Too Large");
        if (feed == 0 || bytes[feed - 1] != '\r') return fail(400, "bare LF");
        if (bytes.substr(0, scanned_).ends_with(ping)) break;
    }
    const auto length = announced_length(bytes.substr(0, scanned_ - 2), max_message_ - scanned_);
    if (!length) return fail(length.error());
    header_size_ = scanned_;
    body_size_ = *length;
    return true;
}

void StreamFramer::take(std::size_t size)
{
    start_ += size;
    scanned_ = header_size_ = body_size_ = 0;
}

void StreamFramer::keep_rest()
{
    if (kept_.empty())
        kept_ = pending();
    else
        kept_.erase(0, start_);
    start_ = 0;
    fed_ = {};
    if (kept_.empty() && kept_.capacity() > max_idle_room) kept_.shrink_to_fit();
}

}  // namespace junctor::sip
