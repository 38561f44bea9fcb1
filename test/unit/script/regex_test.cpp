#include "core/script/regex.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::script;

namespace
{

bool matches(std::string_view pattern, std::string_view text, RegexOptions options = {})
{
    const auto regex = Regex::compile(pattern, options);
    INFO((regex ? "" : regex.error().text));
    REQUIRE(regex);
    return regex->matches(text);
}

std::string first_match(std::string_view pattern, std::string_view text, RegexOptions options = {})
{
    const auto regex = Regex::compile(pattern, options);
    REQUIRE(regex);
    Regex::Groups groups;
    return regex->find(text, groups) ? std::string(groups[0]) : "(none)";
}

std::string refusal(std::string_view pattern)
{
    const auto regex = Regex::compile(pattern);
    return regex ? "compiled" : regex.error().text;
}

constexpr RegexOptions by_lines{.ignore_case = true, .lines = true};

}  // namespace

TEST_CASE("a pattern matches anywhere in a text and ignores case", "[script][regex]")
{
    CHECK(matches("example\\.TEST$", "sip:alice@Example.test"));
    CHECK_FALSE(matches("^example", "sip:alice@example.test"));
    CHECK_FALSE(matches("ALICE", "alice", {.ignore_case = false}));
    CHECK(matches("", "anything"));
}

TEST_CASE("without line mode a text is one line", "[script][regex]")
{
    const std::string_view text = "From: a\r\nTo: b\r\n";
    CHECK(matches("a.*To", text));
    CHECK(matches("a[^x]*To", text));
    CHECK_FALSE(matches("^To", text));
    CHECK_FALSE(matches("a.$", text));
}

TEST_CASE("in line mode a match does not cross line ends", "[script][regex]")
{
    const std::string_view text = "From: a\r\nTo: b\r\n";
    CHECK(matches("^to: b.$", text, by_lines));
    CHECK_FALSE(matches("a.*to", text, by_lines));
    CHECK_FALSE(matches("a[^x]*to", text, by_lines));
    CHECK(first_match("\\W+", ":\r\nx", by_lines) == ":\r");
    CHECK(first_match("\\D+", ":\r\nx", by_lines) == ":\r");
}

TEST_CASE("the leftmost and then the longest match is found", "[script][regex]")
{
    CHECK(first_match("a|ab|abc", "xabcd") == "abc");
    CHECK(first_match("(a+)?", "aaa") == "aaa");
    CHECK(first_match("a+?", "aaa") == "aaa");  // two operators, not a lazy one
    CHECK(first_match("a**", "aaa") == "aaa");
}

TEST_CASE("groups are views into the text", "[script][regex]")
{
    const auto regex = Regex::compile("^sip:(x)?([^@]+)@(.*)$");
    REQUIRE(regex);
    const std::string text = "sip:alice@example.test";
    Regex::Groups groups;
    REQUIRE(regex->find(text, groups));
    CHECK(groups[0] == text);
    CHECK(groups[1].data() == nullptr);
    CHECK(groups[2] == "alice");
    CHECK(groups[2].data() == text.data() + 4);
    CHECK(groups[3] == "example.test");
    CHECK(groups[4].data() == nullptr);
}

TEST_CASE("a search may start inside a text, which stays the context", "[script][regex]")
{
    const auto regex = Regex::compile("^a");
    REQUIRE(regex);
    Regex::Groups groups;
    CHECK(regex->find("aaa", groups, 0));
    CHECK_FALSE(regex->find("aaa", groups, 1));
    CHECK_FALSE(regex->find("aaa", groups, 4));
}

TEST_CASE("brackets follow POSIX: a backslash in them is a backslash", "[script][regex]")
{
    CHECK(matches("^[\\d]$", "\\"));
    CHECK(matches("^[\\d]$", "d"));
    CHECK_FALSE(matches("^[\\d]$", "7"));
    CHECK(matches("^[]x]+$", "]x]"));
    CHECK(matches("^[^]x]+$", "ab"));
    CHECK(matches("^[+0-9-]+$", "+49-30"));
    CHECK(matches("^[0-9-.]+$", "1-.2"));
    CHECK(matches("^[[:digit:][:space:]]+$", "1 2"));
    CHECK(matches("^[[.-.]x]+$", "x-x"));
    CHECK(matches("^[[=a=]]+$", "aa"));
    CHECK(matches("[[x]", "["));
}

TEST_CASE("escapes outside brackets", "[script][regex]")
{
    CHECK(matches("^\\d{3}$", "180"));
    CHECK(matches("^\\w+\\s\\w+\\S$", "ab cd!"));
    CHECK(matches("\\<to\\>", "from to x"));
    CHECK_FALSE(matches("\\<to\\>", "tomorrow"));
    CHECK(matches("^\\+\\*\\.\\/\\@\\-$", "+*./@-"));
    CHECK(matches("^\\y$", "y"));
    CHECK(matches("a\\r\\nb", "a\r\nb"));
}

TEST_CASE("intervals, and braces and parentheses that stand for themselves", "[script][regex]")
{
    CHECK(matches("^a{2,3}$", "aaa"));
    CHECK_FALSE(matches("^a{2,3}$", "a"));
    CHECK(matches("^a{,2}$", "aa"));
    CHECK_FALSE(matches("^a{,2}$", "aaa"));
    CHECK(matches("^x{a}$", "x{a}"));
    CHECK(matches("^a)$", "a)"));
}

TEST_CASE("bytes need not be characters", "[script][regex]")
{
    CHECK(matches("^.$", "\xff"));
    CHECK(matches("^\xc3\xa9.$", "\xc3\xa9\x80"));
    CHECK(matches("^[\x80-\xff]+$", "\xc3\xa9"));
}

TEST_CASE("a pattern that does not compile is explained", "[script][regex]")
{
    CHECK(refusal("(a").find("the regular expression \"(a\" does not compile: missing") == 0);
    CHECK(refusal("(a)\\1") ==
          "the regular expression \"(a)\\\\1\" does not compile: a back-reference (\\1) is not possible in a "
          "pattern");
    CHECK(refusal("[a").find("the bracket [ is not closed by ]") != std::string::npos);
    CHECK(refusal("[z-a]").find("a range runs backwards") != std::string::npos);
    CHECK(refusal("[[:word:]]").find("unknown character class") != std::string::npos);
    CHECK(refusal("a\\").find("it ends in a backslash") != std::string::npos);
    CHECK(refusal("*a").find("does not compile") != std::string::npos);
    CHECK(refusal("((a{1000}){1000}){1000}").find("does not compile") != std::string::npos);

    const auto at = Regex::compile("ab[c");
    REQUIRE_FALSE(at);
    CHECK(at.error().offset == 2);
}

TEST_CASE("matching time grows with the text alone", "[script][regex]")
{
    const std::string text(50000, 'a');
    CHECK_FALSE(matches("^(a|aa)+(a*)*b$", text));  // exponential for a backtracking matcher
}
