#include "core/admin/mi_text.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::mi::text;

namespace
{

std::vector<Result<FramedRequest>> read(std::string_view bytes)
{
    RequestReader reader;
    return reader.feed(bytes);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a FIFO request is a command, a reply name and lines up to an empty one", "[admin]")
{
    const auto found = read(":ul_show_contact:reply_1\nlocation\nalice\n\n");
    REQUIRE(found.size() == 1);
    REQUIRE(found[0]);
    CHECK(found[0]->command == "ul_show_contact");
    CHECK(found[0]->reply_name == "reply_1");
    CHECK(found[0]->input == "location\nalice\n");
}

TEST_CASE("bytes of a FIFO request may arrive in any pieces", "[admin]")
{
    RequestReader reader;
    std::size_t requests = 0;
    for (const char c : std::string_view(":version:a\nx\n\n:uptime:b\n\n"))
        requests += reader.feed({&c, 1}).size();
    CHECK(requests == 2);
}

TEST_CASE("several FIFO requests in one piece are all found, empty lines between them ignored", "[admin]")
{
    const auto found = read(":version:a\n\n\n\n:which:b\n\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0]->command == "version");
    CHECK(found[1]->command == "which");
}

TEST_CASE("blanks behind the first line of a FIFO request are removed, an empty reply name is kept",
          "[admin]")
{
    const auto found = read(":ps: \t\r\n\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0]->command == "ps");
    CHECK(found[0]->reply_name.empty());
}

TEST_CASE("a malformed first line costs its own request only", "[admin]")
{
    const std::string bad = GENERATE(as<std::string>{}, "version\n", "::x\n", ":a\n", ":version\n",
                                     " :version:x\n", ":" + std::string(max_first_line, 'x') + ":y\n");
    const auto found = read(bad + "argument\n\n:version:good\n\n");
    REQUIRE(found.size() == 2);
    CHECK_FALSE(found[0]);
    REQUIRE(found[1]);
    CHECK(found[1]->reply_name == "good");
}

TEST_CASE("a first line of exactly 1023 bytes is taken", "[admin]")
{
    const auto found = read(":" + std::string(max_first_line - 3, 'x') + ":y\n\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0]);
}

TEST_CASE("arguments beyond 8192 bytes mark the request, and the next one is read well", "[admin]")
{
    const bool one_line = GENERATE(true, false);
    std::string lines;
    if (one_line)
        lines = std::string(max_arguments, 'a') + "\n";
    else
        while (lines.size() <= max_arguments) lines += "argument\n";
    const auto found = read(":command:r\n" + lines + "\n:version:r\n\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0]->input_too_long);
    CHECK_FALSE(found[1]->input_too_long);
    CHECK(found[1]->input.empty());
}

TEST_CASE("arguments are the trimmed values of the lines, without names", "[admin]")
{
    CHECK(*parse_arguments("location\n  alice@example.test \r\n") == Texts{"location", "alice@example.test"});
    CHECK(*parse_arguments("table:: location\nempty::\n:: value\n") == Texts{"location", "", "value"});
    CHECK(*parse_arguments(" \t\nx\n") == Texts{"x"});
    CHECK(parse_arguments("")->empty());
}

TEST_CASE("a quoted argument keeps quotes, line ends and double colons", "[admin]")
{
    CHECK(*parse_arguments("\"say \\\"hi\\\"\"\n") == Texts{"say \"hi\""});
    CHECK(*parse_arguments("\"From: a\r\nTo: b\r\n\"  \nnext\n") == Texts{"From: a\r\nTo: b\r\n", "next"});
    CHECK(*parse_arguments("\"sip:[2001:db8::1]\"\n") == Texts{"sip:[2001:db8::1]"});
    CHECK(*parse_arguments("contact:: \"sip:[2001:db8::1]\"\n") == Texts{"sip:[2001:db8::1]"});
    CHECK(*parse_arguments("\"a\\b\"\n") == Texts{"a\\b"});
    CHECK(*parse_arguments("\"\"\n") == Texts{""});
}

TEST_CASE("quotes that do not fit are a parse error", "[admin]")
{
    CHECK_FALSE(parse_arguments("say \"hi\"\n"));
    CHECK_FALSE(parse_arguments("\"open\nnever closed\n"));
    CHECK_FALSE(parse_arguments("\"closed\" and more\n"));
    CHECK_FALSE(parse_arguments("name:: \"open\n"));
    CHECK_FALSE(parse_arguments("\"ends in a backslash\\"));
}

TEST_CASE("a reply name may not leave the reply directory", "[admin]")
{
    CHECK(is_reply_name("openser_receiver_42"));
    CHECK_FALSE(is_reply_name(""));
    CHECK_FALSE(is_reply_name(".."));
    CHECK_FALSE(is_reply_name("a/b"));
    CHECK_FALSE(is_reply_name("a\\b"));
    CHECK_FALSE(is_reply_name("a.b"));
}

TEST_CASE("a reply is its code and reason, then the nodes depth first, indented by level", "[admin]")
{
    mi::Reply reply;
    mi::Node& domain = reply.add("Domain", "location").with("table", "512").with("records", "1");
    domain.add("AOR", "alice").add("Contact", "sip:alice@192.0.2.1:5060").with("Q", "1.00");
    reply.add("", "unnamed");
    reply.add("Process").with("ID", "0").with("PID", "42");
    CHECK(print(reply, "\t") ==
          "200 OK\n"
          "Domain:: location table=512 records=1\n"
          "\tAOR:: alice\n"
          "\t\tContact:: sip:alice@192.0.2.1:5060 Q=1.00\n"
          "unnamed\n"
          "Process::  ID=0 PID=42\n"
          "\n");
    CHECK(print(mi::Reply::error(404, "AOR not found"), "\t") == "404 AOR not found\n\n");
    CHECK(print(reply, "").find("\nContact::") != std::string::npos);
}
