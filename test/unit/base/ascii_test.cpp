#include "core/base/ascii.h"

#include <catch2/catch.hpp>

using namespace junctor;

TEST_CASE("comparison ignores ASCII case and nothing else", "[base]")
{
    CHECK(iequals("Call-ID", "cALL-id"));
    CHECK_FALSE(iequals("Call-ID", "Call-I"));
    CHECK_FALSE(iequals("\xC4", "\xE4"));  // letters outside ASCII stay what they are
    CHECK_FALSE(iequals("@", "`"));        // 0x40 and 0x60: no letters
    CHECK(istarts_with("SIPS:a", "sips:"));
    CHECK_FALSE(istarts_with("sip", "sips"));
    CHECK(icompare("alpha", "ALPHA") == 0);
    CHECK(icompare("alpha", "BETA") < 0);
    CHECK(icompare("b", "Alpha") > 0);
    CHECK(icompare("ab", "ABC") < 0);
    CHECK(icompare("\xC4", "a") > 0);  // bytes are unsigned
    CHECK(lower_copy("ÄX-Yz") == "Äx-yz");
    CHECK(CaselessHash{}("Via") == CaselessHash{}("vIA"));
    CHECK(CaselessHash{}("Via") != CaselessHash{}("Vib"));
}

TEST_CASE("trim takes blanks and line ends off both sides", "[base]")
{
    CHECK(trim(" \t\r\n a b\r\n\t ") == "a b");
    CHECK(trim(" \r\n").empty());
    CHECK(trim("").empty());
}

TEST_CASE("a number is digits only, within its limit", "[base]")
{
    CHECK(parse_unsigned("0") == 0);
    CHECK(parse_unsigned("0068") == 68);
    CHECK(parse_unsigned("18446744073709551615") == UINT64_MAX);
    CHECK(parse_unsigned("255", 255) == 255);
    for (const auto* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "1a", "18446744073709551616"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_unsigned(bad));
    }
    CHECK_FALSE(parse_unsigned("256", 255));
    CHECK(parse_signed("-9223372036854775808") == INT64_MIN);
    CHECK(parse_signed("+7") == 7);
    for (const auto* bad : {"", "-", "+", "+-1", "--1", "9223372036854775808"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_signed(bad));
    }
}

TEST_CASE("hexadecimal there and back", "[base]")
{
    const std::string bytes("\x00\x7f\xff", 3);
    CHECK(to_hex(bytes) == "007fff");
    CHECK(from_hex("007FfF") == bytes);
    CHECK(from_hex("") == "");
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
}

TEST_CASE("a number in hexadecimal has as many digits as it needs, or as are wanted at least", "[base]")
{
    const auto hex = [](std::uint64_t number, std::size_t least_digits) {
        std::string out = "<";
        append_hex(out, number, least_digits);
        return out;
    };
    CHECK(hex(0, 1) == "<0");
    CHECK(hex(0xf, 1) == "<f");
    CHECK(hex(0x10, 1) == "<10");
    CHECK(hex(0xabc, 8) == "<00000abc");
    CHECK(hex(0, 16) == "<0000000000000000");
    CHECK(hex(0x123456789, 8) == "<123456789");
    CHECK(hex(UINT64_MAX, 1) == "<ffffffffffffffff");
}

TEST_CASE("bytes in a log line cannot break the line or the terminal", "[base]")
{
    CHECK(quoted_for_log("a\r\nb\"\\\x1b\x7f") == R"("a\r\nb\"\\\x1b\x7f")");
    CHECK(quoted_for_log("abcdef", 3) == "\"abc\"...");
    CHECK(quoted_for_log("abc", 3) == "\"abc\"");
}

TEST_CASE("token characters are those of RFC 3261 §25.1", "[base]")
{
    std::string tokens;
    for (int c = 0; c < 256; ++c)
        if (is_token_char(static_cast<char>(c))) tokens += static_cast<char>(c);
    CHECK(tokens == "!%'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_`abcdefghijklmnopqrstuvwxyz~");
}
