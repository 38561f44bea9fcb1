// Numbers and texts in the records of journals: little-endian, texts with their length. A reader that runs
// out of bytes gives zeros and empty texts, and says so in ok().
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace junctor::db
{

static_assert(std::endian::native == std::endian::little, "journals are little-endian");

struct ByteWriter {
    std::string bytes;

    void number8(std::uint8_t number) { put(number); }
    void number16(std::uint16_t number) { put(number); }
    void number32(std::uint32_t number) { put(number); }
    void number64(std::uint64_t number) { put(number); }
    void text(std::string_view text)
    {
        number32(static_cast<std::uint32_t>(text.size()));
        bytes += text;
    }

private:
    template <class Number>
    void put(Number number)
    {
        bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
};

class ByteReader
{
public:
    explicit ByteReader(std::string_view bytes) : left_(bytes) {}

    std::uint8_t number8() { return get<std::uint8_t>(); }
    std::uint16_t number16() { return get<std::uint16_t>(); }
    std::uint32_t number32() { return get<std::uint32_t>(); }
    std::uint64_t number64() { return get<std::uint64_t>(); }
    std::string_view text()
    {
        const std::size_t length = number32();
        if (length > left_.size()) return short_of<std::string_view>();
        const std::string_view text = left_.substr(0, length);
        left_.remove_prefix(length);
        return text;
    }
    bool ok() const { return ok_; }
    bool at_end() const { return left_.empty(); }

private:
    template <class T>
    T short_of()
    {
        ok_ = false;
        left_ = {};
        return T{};
    }
    template <class Number>
    Number get()
    {
        if (left_.size() < sizeof(Number)) return short_of<Number>();
        Number number;
        std::memcpy(&number, left_.data(), sizeof number);
        left_.remove_prefix(sizeof number);
        return number;
    }
    std::string_view left_;
    bool ok_ = true;
};

}  // namespace junctor::db
