// Writes DNS messages for tests: the answers of a name server, byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::test
{

class DnsPacket
{
public:
    // An answer to `question` (the bytes of a whole query), or to nothing in particular.
    explicit DnsPacket(unsigned answers, unsigned authorities = 0, unsigned rcode = 0,
                       std::string_view query = {})
    {
        const std::string question(query.size() > 12 ? question_of(query) : std::string_view());
        bytes_ = query.size() > 12 ? std::string(query.substr(0, 2)) : std::string("\x12\x34");
        number16(0x8180 | rcode);
        number16(question.empty() ? 0 : 1);
        number16(answers);
        number16(authorities);
        number16(0);
        bytes_ += question;
    }

    DnsPacket& record(std::string_view name, std::uint16_t type, std::uint32_t ttl, std::string_view data)
    {
        bytes_ += labels(name);
        number16(type);
        number16(1);
        number16(ttl >> 16);
        number16(ttl & 0xffff);
        number16(static_cast<unsigned>(data.size()));
        bytes_ += data;
        return *this;
    }
    const std::string& bytes() const { return bytes_; }
    std::vector<std::uint8_t> octets() const { return {bytes_.begin(), bytes_.end()}; }

    static std::string labels(std::string_view name)
    {
        std::string encoded;
        while (!name.empty()) {
            const auto label = name.substr(0, name.find('.'));
            encoded += static_cast<char>(label.size());
            encoded += label;
            name.remove_prefix(std::min(label.size() + 1, name.size()));
        }
        return encoded + '\0';
    }
    static std::string two(unsigned value)
    {
        return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
    }
    static std::string four(std::uint32_t value) { return two(value >> 16) + two(value & 0xffff); }
    static std::string text(std::string_view value)
    {
        return static_cast<char>(value.size()) + std::string(value);
    }
    static std::string srv(unsigned priority, unsigned weight, unsigned port, std::string_view target)
    {
        return two(priority) + two(weight) + two(port) + labels(target);
    }
    static std::string soa(std::uint32_t minimum)
    {
        return labels("ns.test") + labels("admin.test") + std::string(16, '\0') + four(minimum);
    }
    // The name asked for, with dots.
    static std::string name_in(std::string_view query)
    {
        std::string name;
        for (std::size_t at = 12; at < query.size() && query[at] != 0;) {
            const auto size = static_cast<std::size_t>(query[at]);
            name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, size));
            at += size + 1;
        }
        return name;
    }

private:
    static std::string_view question_of(std::string_view query)
    {
        const auto end = query.find('\0', 12);
        return query.substr(12, end + 5 - 12);
    }
    void number16(unsigned value) { bytes_ += two(value); }

    std::string bytes_;
};

}  // namespace junctor::test
