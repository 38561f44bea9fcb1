#include "tools/junctorctl/rc_file.h"

#include <catch2/catch.hpp>

using namespace junctor::ctl;
using Texts = std::vector<std::string>;

TEST_CASE("a settings file holds shell assignments", "[junctorctl]")
{
    Variables v;
    CHECK(parse_rc("# database\n"
                   "DBENGINE=MYSQL\n"
                   "  SIP_DOMAIN=\"example.org\"   # ours\n"
                   "export OSER_FIFO='/tmp/openser fifo'\n"
                   "ACL_GROUPS=\"local ld int\"; VERBOSE=1\n"
                   "EMPTY=\n"
                   "PW=se\\ cret\"#1\"\r\n"
                   "DBENGINE=PGSQL",
                   v)
              .empty());
    CHECK(v == Variables{{"DBENGINE", "PGSQL"},
                         {"SIP_DOMAIN", "example.org"},
                         {"OSER_FIFO", "/tmp/openser fifo"},
                         {"ACL_GROUPS", "local ld int"},
                         {"VERBOSE", "1"},
                         {"EMPTY", ""},
                         {"PW", "se cret#1"}});
}

TEST_CASE("a value may use earlier ones, except in single quotes", "[junctorctl]")
{
    Variables v{{"DIR", "/opt"}};
    CHECK(parse_rc("A=$DIR/x\nB=\"${DIR}er\"\nC='$DIR'\nD=$NONE.\nE=a$\nF=\"\\$DIR\"\n", v).empty());
    CHECK(v["A"] == "/opt/x");
    CHECK(v["B"] == "/opter");
    CHECK(v["C"] == "$DIR");
    CHECK(v["D"] == ".");
    CHECK(v["E"] == "a$");
    CHECK(v["F"] == "$DIR");
}

TEST_CASE("what is no assignment is reported with its line and never executed", "[junctorctl]")
{
    const std::string line = GENERATE("if [ -f x ]; then", "A=$(id)", "A=`id`", "A=\"x`id`\"", "A=b c",
                                      "A=\"open", "A='open", "1A=x", "A = x", "A=${B-x}", "=x");
    Variables v{{"A", "before"}};
    const Texts remarks = parse_rc("B=1\n" + line + "\nC=2\n", v);
    REQUIRE(remarks.size() == 1);
    CHECK(remarks[0].starts_with("line 2 is ignored: "));
    CHECK(v["A"] == "before");
    CHECK(v["C"] == "2");
}

TEST_CASE("start options are split as the shell does", "[junctorctl]")
{
    CHECK(*split_words("-f '/etc/my file.cfg'  -n 4 \"a b\"c $x") ==
          Texts{"-f", "/etc/my file.cfg", "-n", "4", "a bc", "$x"});
    CHECK(split_words("  ")->empty());
    CHECK_FALSE(split_words("-f 'open"));
}
