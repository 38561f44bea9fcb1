#include "core/base/utf8.h"

#include <catch2/catch.hpp>

using junctor::is_utf8;

TEST_CASE("UTF-8 is told from what is none (RFC 3629)", "[base]")
{
    using std::literals::operator""sv;
    for (const auto text : {""sv, "plain text of many bytes"sv, "\0"sv, "Gr\u00fc\u00dfe"sv, "\u20ac\uffff"sv,
                            "\U0001F600\U0010FFFF"sv, "\xc2\x80"sv, "\xed\x9f\xbf\xee\x80\x80"sv})
        CHECK(is_utf8(text));
    for (const auto text :
         {"\x80"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xe0\x80\x80"sv, "\xed\xa0\x80"sv, "\xf0\x8f\xbf\xbf"sv,
          "\xf4\x90\x80\x80"sv, "\xf8\x88\x80\x80\x80"sv, "\xff"sv, "\xc3"sv, "\xe2\x82"sv, "\xf0\x9f\x98"sv,
          "\xc3\x28"sv, "eight by\xffte and more"sv, "eight bytes\xe2\x28\xa1"sv}) {
        INFO(text);
        CHECK_FALSE(is_utf8(text));
    }
}
