// Tokens: config-language of OpenSER 1.2, "Lexical rules".
#include "test/unit/script/load.h"

using namespace junctor;
using namespace junctor::script;
using junctor::script::test::Loaded;

namespace
{

// The tokens' texts, blank separated: enough to see where they were cut.
std::string cut(const std::string& text)
{
    Loaded loaded;
    std::string out;
    for (const auto& token : loaded.lex(text).tokens) {
        if (token.kind == TokenKind::End) break;
        if (!out.empty()) out += ' ';
        out += token.text;
    }
    return out + loaded.messages();
}

std::string string_value(const std::string& literal)
{
    Loaded loaded;
    loaded.environment["HOST"] = "sip.example.test";
    loaded.lex(literal);
    REQUIRE(loaded.messages() == "");
    REQUIRE(loaded.tokens.size() == 2);
    REQUIRE(loaded.tokens[0].kind == TokenKind::String);
    return loaded.tokens[0].text;
}

}  // namespace

TEST_CASE("comments, blanks and line ends separate tokens and mean nothing", "[script][lexer]")
{
    CHECK(cut("a b\tc\r\nd\be") == "a b c d e");
    CHECK(cut("a # rest\nb") == "a b");
    CHECK(cut("a #!define X\nb") == "a b");
    CHECK(cut("a # on the last line") == "a");
    CHECK(cut("a // as in other languages\nb") == "a b");
    CHECK(cut("a /* one /* inside */ still */ b") == "a b");
    CHECK(cut("a \\\nb") == "a b");
    CHECK(cut("\xEF\xBB\xBF"
              "a") == "a");
}

TEST_CASE("an open comment is an error that counts the levels", "[script][lexer]")
{
    Loaded loaded;
    loaded.lex("a /* one /* two */");
    CHECK(loaded.first_error() == "this comment is not closed");
    CHECK(loaded.first_way_out() == "add '*/'");
    Loaded nested;
    CHECK(nested.lex("/* /* ").first_way_out() == "comments nest: 2 '*/' are missing");
}

TEST_CASE("numbers are decimal, octal or hexadecimal", "[script][lexer]")
{
    CHECK(number_of("0") == 0);
    CHECK(number_of("5060") == 5060);
    CHECK(number_of("010") == 8);
    CHECK(number_of("0x1f") == 31);
    CHECK(number_of("0xFFFFFFFF") == 4294967295);
    CHECK_FALSE(number_of("08"));
    CHECK_FALSE(number_of("3com"));
    CHECK_FALSE(number_of("99999999999999999999"));
    CHECK_FALSE(number_of("0x-1"));
    CHECK(number_word("enable") == 1);
    CHECK(number_word("off") == 0);
    CHECK(number_word("inet6") == 10);
    CHECK_FALSE(number_word("True"));
}

TEST_CASE("addresses are one token", "[script][lexer]")
{
    Loaded loaded;
    loaded.lex("10.0.0.012 fe80::1 [::1]:5060 2001:db8:1:2:3:4:5:6 ::ffff:192.0.2.1");
    REQUIRE(loaded.messages() == "");
    CHECK(loaded.tokens[0].ip == IpAddress::v4(0x0a00000a));  // octal, as every number
    CHECK(loaded.tokens[1].ip == *IpAddress::parse("fe80::1"));
    CHECK(loaded.tokens[2].kind == TokenKind::LeftBracket);
    CHECK(loaded.tokens[3].ip == *IpAddress::parse("::1"));
    CHECK(loaded.tokens[4].kind == TokenKind::RightBracket);
    CHECK(loaded.tokens[5].kind == TokenKind::Colon);
    CHECK(loaded.tokens[7].kind == TokenKind::Ip);
    CHECK(loaded.tokens[8].kind == TokenKind::Ip);

    CHECK(cut("udp:10.0.0.1:5060") == "udp : 10.0.0.1 : 5060");
    CHECK(cut("case 1:add()") == "case 1 : add ( )");
    CHECK(cut("bad:label") == "bad : label");
    Loaded bad;
    CHECK(bad.lex("10.0.0.256").first_error() == "10.0.0.256 is not an IPv4 address");
}

TEST_CASE("double-quoted strings have escapes, others are kept", "[script][lexer]")
{
    CHECK(string_value(R"("a\n\r\a\t\"\\b")") == "a\n\r\a\t\"\\b");
    CHECK(string_value(R"("\x41\x4a!")") == "AJ!");
    CHECK(string_value(R"("\101\12x")") == "A\nx");
    CHECK(string_value(R"("\1")") == "\\1");
    CHECK(string_value(R"("^sip:.*@\.\d+\+")") == "^sip:.*@\\.\\d+\\+");
    CHECK(string_value("\"two\\\n parts\"") == "two parts");
    CHECK(string_value("\"over\nlines\"") == "over\nlines");
    CHECK(string_value("\"# no comment /* none */ // none\"") == "# no comment /* none */ // none");
}

TEST_CASE("single-quoted strings have no escapes", "[script][lexer]")
{
    CHECK(string_value(R"('a\n"b"\')") == R"(a\n"b"\)");
    CHECK(string_value("'${env:HOST}'") == "${env:HOST}");
}

TEST_CASE("a string that is not closed and a zero byte are errors", "[script][lexer]")
{
    Loaded open;
    CHECK(open.lex("x \"abc\n y").first_error() == "this string is not closed");
    Loaded zero;
    CHECK(zero.lex("\"ab\\x00cd\"").first_error() == "a string cannot hold a zero byte");
    Loaded octal;
    CHECK(octal.lex("\"\\00\"").first_error() == "a string cannot hold a zero byte");
}

TEST_CASE("${env:NAME} in double quotes is the environment's value", "[script][lexer]")
{
    CHECK(string_value("\"sip:${env:HOST}:5060\"") == "sip:sip.example.test:5060");
    CHECK(string_value("\"${env:NONE:-fall back}\"") == "fall back");
    CHECK(string_value("\"${env:NONE:-}\"") == "");
    CHECK(string_value("\"$${env:HOST}\"") == "$${env:HOST}");  // a format's literal dollar
    CHECK(string_value("\"${HOST} ${env:not a name}\"") == "${HOST} ${env:not a name}");
    Loaded missing;
    missing.lex("\"${env:NONE}\"");
    CHECK(missing.first_error() == "the environment variable NONE is not set");
    CHECK(missing.first_way_out() == "set it, or give a default: ${env:NONE:-default}");
}

TEST_CASE("a variable ends where its name or its parentheses end", "[script][lexer]")
{
    CHECK(cut("$rU==\"x\"&&$rd!=\"y\"") == "$rU == x && $rd != y");
    CHECK(cut("$avp(s:a b[1])=5") == "$avp(s:a b[1]) = 5");
    CHECK(cut("$(avp(s:x){s.substr,0,(1)})<3") == "$(avp(s:x){s.substr,0,(1)}) < 3");
    CHECK(cut("$var(x)=~$var(y)") == "$var(x) =~ $var(y)");
    CHECK(cut("$var(x)= ~$var(y)") == "$var(x) = ~ $var(y)");
    CHECK(cut("[$rU]") == "[ $rU ]");                            // 1.2 swallows the bracket
    CHECK(cut("$tls_peer_notBefore") == "$tls_peer_notBefore");  // 1.2 cuts at `not`
    CHECK(cut("$avp(s:x)+=3") == "$avp(s:x) += 3");
    CHECK(cut("if $ru{log(\"x\");}") == "if $ru { log ( x ) ; }");
}

TEST_CASE("junk behind a variable is an error that shows the right form", "[script][lexer]")
{
    Loaded transformed;
    transformed.lex("$ru{s.len}>5");
    CHECK(transformed.messages() ==
          "t.cfg:1:4: error: a transformation stands inside the variable's parentheses\n"
          "    1 | $ru{s.len}>5\n"
          "      |    ^~~~~~~\n"
          "      = write $(ru{s.len})\n");
    Loaded indexed;
    CHECK(indexed.lex("$avp(s:x)[1] = 2").first_way_out() == "write $avp(s:x[1])");
    Loaded nothing;
    CHECK(nothing.lex("$ = 2").first_error() == "a variable's name must follow '$'");
    Loaded open;
    CHECK(open.lex("$avp(s:x = 2;\n").first_error() == "this variable is not closed");
}

TEST_CASE("a character that starts nothing is an error, not an echo", "[script][lexer]")
{
    Loaded loaded;
    loaded.lex("a @ b ? c ` d");
    CHECK(loaded.diagnostics.errors() == 3);
    CHECK(loaded.first_error() == "'@' starts nothing here");
    CHECK(loaded.tokens.size() == 5);
}

TEST_CASE("msg:len is one word, msg: alone is not", "[script][lexer]")
{
    CHECK(cut("msg:len>=10") == "msg:len >= 10");
    CHECK(cut("msg:lenx") == "msg : lenx");
}

TEST_CASE("the longest operator wins", "[script][lexer]")
{
    CHECK(cut("a<=b!=c=~d!~e&&f||!g^=h") == "a <= b != c =~ d !~ e && f || ! g ^= h");
}

TEST_CASE("include_file puts another file's tokens in its place", "[script][lexer]")
{
    Loaded loaded;
    loaded.files["more.cfg"] = "b \"text\"";
    CHECK(loaded.lex("a include_file \"more.cfg\" c").tokens.size() == 5);
    CHECK(loaded.tokens[1].text == "b");
    CHECK(to_text(loaded.sources.place(loaded.tokens[2].range)) == "more.cfg:1:3");
    CHECK(loaded.tokens[3].text == "c");
    CHECK(loaded.messages() == "");
}

TEST_CASE("include_file looks beside the file it stands in", "[script][lexer]")
{
    Loaded loaded;
    loaded.files["sub/one.cfg"] = "include_file \"two.cfg\"";
    loaded.files["sub/two.cfg"] = "found";
    loaded.lex("include_file 'sub/one.cfg'");
    REQUIRE(loaded.messages() == "");
    CHECK(loaded.tokens[0].text == "found");
}

TEST_CASE("a circle of files, a missing file and too many levels are refused", "[script][lexer]")
{
    Loaded circle;
    circle.files["one.cfg"] = "include_file \"two.cfg\"";
    circle.files["two.cfg"] = "\n  include_file \"one.cfg\"";
    circle.lex("include_file \"one.cfg\"");
    CHECK(circle.messages() ==
          "two.cfg:2:3: error: one.cfg includes itself\n"
          "    2 |   include_file \"one.cfg\"\n"
          "      |   ^~~~~~~~~~~~~~~~~~~~~~\n"
          "      = included at one.cfg:1:1\n"
          "      = included at t.cfg:1:1\n");

    Loaded missing;
    CHECK(missing.lex("include_file \"none.cfg\"").first_error() == "cannot read none.cfg");

    Loaded deep;
    for (int i = 0; i < 20; ++i) {
        deep.files["f" + std::to_string(i)] = "include_file \"f" + std::to_string(i + 1) + "\"";
    }
    CHECK(deep.lex("include_file \"f0\"").first_error() == "include_file is nested more than 10 deep");
}
