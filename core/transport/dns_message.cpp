#include "core/transport/dns_message.h"

#include <cstring>

#include <ares.h>

namespace junctor::transport
{

namespace
{

constexpr std::size_t most_records = 64;
constexpr std::uint16_t type_cname = 5, type_soa = 6, class_internet = 1;

// Walks over the message. After the first thing that does not fit nothing is read any more, and ok() says so.
class Reader
{
public:
    Reader(std::span<const std::uint8_t> message, std::size_t at) : message_(message), at_(at) {}

    bool ok() const { return ok_; }
    std::size_t position() const { return at_; }
    void move_to(std::size_t position) { at_ = position; }
    void skip(std::size_t size)
    {
        if (fits(size)) at_ += size;
    }
    std::uint16_t number16()
    {
        if (!fits(2)) return 0;
        at_ += 2;
        return static_cast<std::uint16_t>(message_[at_ - 2] << 8 | message_[at_ - 1]);
    }
    std::uint32_t number32()
    {
        const std::uint32_t high = number16();
        return high << 16 | number16();
    }
    std::string text()  // <character-string>
    {
        if (!fits(1)) return {};
        const std::size_t size = message_[at_++];
        if (!fits(size)) return {};
        at_ += size;
        return {reinterpret_cast<const char*>(message_.data()) + at_ - size, size};
    }
    std::string name()
    {
        char* expanded = nullptr;
        long size = 0;
        if (!ok_ || at_ >= message_.size() ||
            ares_expand_name(message_.data() + at_, message_.data(), static_cast<int>(message_.size()),
                             &expanded, &size) != ARES_SUCCESS) {
            ok_ = false;
            return {};
        }
        const std::unique_ptr<void, decltype(&ares_free_string)> owner(expanded, &ares_free_string);
        at_ += static_cast<std::size_t>(size);
        return expanded;
    }
    template <std::size_t Size>
    std::array<std::uint8_t, Size> bytes()
    {
        std::array<std::uint8_t, Size> value{};
        if (!fits(Size)) return value;
        std::memcpy(value.data(), message_.data() + at_, Size);
        at_ += Size;
        return value;
    }

private:
    bool fits(std::size_t size) { return ok_ = ok_ && message_.size() - at_ >= size; }

    std::span<const std::uint8_t> message_;
    std::size_t at_;
    bool ok_ = true;
};

void take_record(Reader& reader, DnsType type, DnsRecords& records)
{
    switch (type) {
        case DnsType::A: records.addresses.push_back(IpAddress::v4(reader.number32())); break;
        case DnsType::Aaaa: records.addresses.push_back(IpAddress::v6(reader.bytes<16>())); break;
        case DnsType::Ptr: records.names.push_back(reader.name()); break;
        case DnsType::Srv: {
            DnsRecords::Srv record;
            record.priority = reader.number16();
            record.weight = reader.number16();
            record.port = reader.number16();
            record.target = reader.name();
            records.srv.push_back(std::move(record));
            break;
        }
        case DnsType::Naptr: {
            DnsRecords::Naptr record;
            record.order = reader.number16();
            record.preference = reader.number16();
            record.flags = reader.text();
            record.service = reader.text();
            record.regexp = reader.text();
            record.replacement = reader.name();
            records.naptr.push_back(std::move(record));
            break;
        }
    }
}

struct RecordHead {
    std::uint16_t type = 0, of_class = 0;
    std::uint32_t ttl = 0;
    std::size_t end = 0;  // of the whole record
};

RecordHead take_head(Reader& reader)
{
    RecordHead head;
    reader.name();
    head.type = reader.number16();
    head.of_class = reader.number16();
    head.ttl = std::min<std::uint32_t>(reader.number32(), INT32_MAX);
    const std::size_t length = reader.number16();
    head.end = reader.position() + length;
    return head;
}

// RFC 2308 §5: the smaller of the SOA record's own time and its MINIMUM field.
std::uint32_t negative_ttl(Reader& reader, unsigned authorities)
{
    while (authorities-- > 0) {
        const RecordHead head = take_head(reader);
        if (!reader.ok()) return 0;
        if (head.type == type_soa) {
            reader.name();
            reader.name();
            reader.skip(16);  // serial, refresh, retry, expire
            const std::uint32_t minimum = reader.number32();
            return reader.ok() ? std::min(head.ttl, minimum) : 0;
        }
        reader.skip(head.end - reader.position());
    }
    return 0;
}

}  // namespace

Result<DnsRecords> parse_dns_answer(std::span<const std::uint8_t> message, DnsType type)
{
    Reader reader(message, 0);
    reader.skip(4);  // id and flags: the client has looked at them
    unsigned questions = reader.number16(), answers = reader.number16();
    const unsigned authorities = reader.number16();
    reader.skip(2);
    for (; questions > 0 && reader.ok(); --questions) {
        reader.name();
        reader.skip(4);
    }

    DnsRecords records;
    std::uint32_t ttl = UINT32_MAX;
    std::size_t taken = 0;
    for (; answers > 0 && reader.ok(); --answers) {
        const RecordHead head = take_head(reader);
        const std::size_t start = reader.position();
        if (!reader.ok()) break;
        const bool wanted = head.of_class == class_internet && head.type == wire_type(type);
        if (wanted && taken++ < most_records) take_record(reader, type, records);
        if (wanted || head.type == type_cname) ttl = std::min(ttl, head.ttl);
        if (reader.position() > head.end) return fail("a name server's record is longer than it says");
        reader.move_to(start);
        reader.skip(head.end - start);
    }
    if (!reader.ok()) return fail("a name server's answer is cut off");
    records.ttl = taken > 0 ? ttl : negative_ttl(reader, authorities);
    return records;
}

}  // namespace junctor::transport
