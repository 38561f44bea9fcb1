// A message's accessors: what is parsed on demand and kept. The index itself is made in message_index.cpp.
#include "core/sip/message.h"

#include <algorithm>
#include <cstring>

#include "core/base/ascii.h"
#include "core/sip/scan.h"

namespace junctor::sip
{
namespace
{

template <class T>
std::optional<T> keep(Result<T> parsed)
{
    if (!parsed) return {};
    return std::move(*parsed);
}

std::optional<std::uint64_t> number(const Header* header, std::uint64_t limit)
{
    if (header == nullptr) return {};
    return parse_unsigned(header->value, limit);
}

}  // namespace

const Header* Message::first(HeaderType type) const
{
    for (const Header& header : headers_)
        if (header.type == type) return &header;
    return nullptr;
}

const Header* Message::first(std::string_view name) const
{
    const HeaderType type = header_type(name);
    if (type != HeaderType::Other) return first(type);
    for (const Header& header : headers_)
        if (header.type == HeaderType::Other && iequals(header.name, name)) return &header;
    return nullptr;
}

const Header* Message::next(const Header& after) const
{
    const Header* const end = headers_.data() + headers_.size();
    for (const Header* header = &after + 1; header < end; ++header) {
        if (header->type != after.type) continue;
        if (after.type != HeaderType::Other || iequals(header->name, after.name)) return header;
    }
    return nullptr;
}

std::size_t Message::count(HeaderType type) const
{
    return static_cast<std::size_t>(std::count_if(headers_.begin(), headers_.end(),
                                                  [&](const Header& header) { return header.type == type; }));
}

const Uri* Message::uri() const
{
    if ((parsed_ & UriBit) == 0) {
        parsed_ |= UriBit;
        if (is_request()) uri_ = keep(Uri::parse(request_uri_));
    }
    return uri_ ? &*uri_ : nullptr;
}

const Via* Message::top_via() const
{
    if ((parsed_ & ViaBit) == 0) {
        parsed_ |= ViaBit;
        if (const Header* header = first(HeaderType::Via))
            via_ = keep(Via::parse(first_list_element(header->value)));
    }
    return via_ ? &*via_ : nullptr;
}

std::vector<Via> Message::vias() const
{
    std::vector<Via> all;
    for (const Header* header = first(HeaderType::Via); header != nullptr; header = next(*header)) {
        scan::List list(header->value);
        for (std::string_view element; list.next(element);) {
            auto via = Via::parse(element);
            if (!via) return {};
            all.push_back(*via);
        }
    }
    return all;
}

const NameAddr* Message::from() const
{
    if ((parsed_ & FromBit) == 0) {
        parsed_ |= FromBit;
        if (const Header* header = first(HeaderType::From)) from_ = keep(NameAddr::parse(header->value));
    }
    return from_ ? &*from_ : nullptr;
}

const NameAddr* Message::to() const
{
    if ((parsed_ & ToBit) == 0) {
        parsed_ |= ToBit;
        if (const Header* header = first(HeaderType::To)) to_ = keep(NameAddr::parse(header->value));
    }
    return to_ ? &*to_ : nullptr;
}

const CSeq* Message::cseq() const
{
    if ((parsed_ & CSeqBit) == 0) {
        parsed_ |= CSeqBit;
        if (const Header* header = first(HeaderType::CSeq)) cseq_ = keep(CSeq::parse(header->value));
    }
    return cseq_ ? &*cseq_ : nullptr;
}

std::string_view Message::call_id() const
{
    const Header* header = first(HeaderType::CallId);
    return header != nullptr ? header->value : std::string_view{};
}

std::optional<std::uint32_t> Message::max_forwards() const
{
    return number(first(HeaderType::MaxForwards), 255);
}

std::optional<std::uint32_t> Message::expires() const
{
    return number(first(HeaderType::Expires), UINT32_MAX);
}

std::optional<std::size_t> Message::content_length() const
{
    return number(first(HeaderType::ContentLength), max_message_size);
}

Method Message::transaction_method() const
{
    if (is_request()) return method_id_;
    return cseq() != nullptr ? cseq()->method_id : Method::Other;
}

void Message::overwrite(std::size_t offset, std::string_view text)
{
    if (offset > bytes_.size() || text.size() > bytes_.size() - offset) return;
    std::memcpy(bytes_.data() + offset, text.data(), text.size());
    for (Header& header : headers_) {
        const std::size_t start = offset_of(header.value);
        if (offset < start || offset + text.size() > start + header.value.size()) continue;
        header.value = trim(header.value);                   // blanks may stand where digits were
        if (header.type == HeaderType::MaxForwards) return;  // nothing parsed is kept of it
    }
    transaction_key_ = 0;
    parsed_ = 0;
    uri_.reset();
    via_.reset();
    from_.reset();
    to_.reset();
    cseq_.reset();
}

}  // namespace junctor::sip
