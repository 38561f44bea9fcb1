// How errors in a script look: style.md, section 7.
#include "test/unit/script/load.h"

using namespace junctor::script;
using junctor::script::test::Loaded;

TEST_CASE("a message shows place, line, caret and the way out", "[script][diagnostics]")
{
    Sources sources;
    std::string text;
    for (int i = 1; i < 42; ++i) text += "\n";
    text += "    if (is_user_in(\"From\", \"local\")) {\n";
    const auto file = sources.add("cfg/junctor.cfg", text);
    Diagnostics diagnostics(sources);
    diagnostics.error({file, 49, 59}, "is_user_in() cannot be called in onreply_route",
                      "it may be called in: route, failure_route");
    CHECK(diagnostics.text() ==
          "cfg/junctor.cfg:42:9: error: is_user_in() cannot be called in onreply_route\n"
          "   42 |     if (is_user_in(\"From\", \"local\")) {\n"
          "      |         ^~~~~~~~~~\n"
          "      = it may be called in: route, failure_route\n");
}

TEST_CASE("tabs keep the caret under its word, other control bytes are not printed", "[script][diagnostics]")
{
    Sources sources;
    const auto file = sources.add("t.cfg", "\tab\x01 word\r\n");
    Diagnostics diagnostics(sources);
    diagnostics.warning({file, 5, 9}, "look");
    CHECK(diagnostics.text() ==
          "t.cfg:1:6: warning: look\n"
          "    1 | \tab? word\n"
          "      | \t    ^~~~\n");
}

TEST_CASE("what is missing at the end of a line, or of the file, has its caret there",
          "[script][diagnostics]")
{
    Sources sources;
    const auto file = sources.add("t.cfg", "exit");
    Diagnostics diagnostics(sources);
    diagnostics.error({file, 4, 4}, "expected ';'");
    CHECK(diagnostics.text() ==
          "t.cfg:1:5: error: expected ';'\n"
          "    1 | exit\n"
          "      |     ^\n");
}

TEST_CASE("a range over several lines is underlined on its first", "[script][diagnostics]")
{
    Sources sources;
    const auto file = sources.add("t.cfg", "ab\ncd\n");
    Diagnostics diagnostics(sources);
    diagnostics.error({file, 1, 5}, "x");
    CHECK(diagnostics.text() == "t.cfg:1:2: error: x\n    1 | ab\n      |  ^\n");
}

TEST_CASE("a very long line is shown in part", "[script][diagnostics]")
{
    Sources sources;
    const auto file = sources.add("t.cfg", std::string(1000, 'a') + "X" + std::string(1000, 'b'));
    Diagnostics diagnostics(sources);
    diagnostics.error({file, 1000, 1001}, "x");
    CHECK(diagnostics.text() == "t.cfg:1:1001: error: x\n    1 | " + std::string(100, 'a') + "X" +
                                    std::string(99, 'b') + "\n      | " + std::string(100, ' ') + "^\n");
}

TEST_CASE("messages come in the order of the script, and only so many are kept", "[script][diagnostics]")
{
    Sources sources;
    const auto file = sources.add("t.cfg", std::string(100, '\n'));
    Diagnostics diagnostics(sources);
    for (std::uint32_t i = 60; i > 0; --i) {
        CHECK(diagnostics.full() == (i <= 10));
        diagnostics.error({file, i, i}, "e" + std::to_string(i));
    }
    CHECK(diagnostics.errors() == 60);
    CHECK(diagnostics.all().size() == 50);
    CHECK(diagnostics.text().find("error: e11\n") < diagnostics.text().find("error: e12\n"));
}

TEST_CASE("misspelt names get the nearest known one", "[script][diagnostics]")
{
    const std::vector<std::string_view> names{"listen", "log_facility", "advertised_address", "port", "dns"};
    CHECK(suggest("lisetn", names) == "listen");
    CHECK(suggest("adverticed_adress", names) == "advertised_address");
    CHECK(suggest("LISTEN", names) == "listen");
    CHECK_FALSE(suggest("something", names));
    CHECK_FALSE(suggest("xyz", names));
    CHECK_FALSE(suggest(std::string(5000, 'l'), names));
    CHECK(did_you_mean("prot", names) == "did you mean port?");
    CHECK(did_you_mean("zzzzzz", names) == "");
}
