// The grammar: config-language of OpenSER 1.2, "Grammar" and the facts listed below it.
#include "test/unit/script/load.h"

using namespace junctor;
using namespace junctor::script;
using junctor::script::test::error_in;
using junctor::script::test::error_in_route;
using junctor::script::test::in_route;
using junctor::script::test::Loaded;

namespace
{

// The first statement of the only route, as the node that is expected.
template <class Node>
const Node& first_statement(const Loaded& loaded)
{
    REQUIRE(loaded.messages() == "");
    REQUIRE(loaded.script.routes.size() == 1);
    REQUIRE_FALSE(loaded.script.routes[0].body.statements.empty());
    const auto* node = std::get_if<Node>(&loaded.script.routes[0].body.statements[0].node);
    REQUIRE(node != nullptr);
    return *node;
}

template <class Node>
const Node& as(const ast::ExpressionPtr& expression)
{
    REQUIRE(expression != nullptr);
    const auto* node = std::get_if<Node>(&expression->node);
    REQUIRE(node != nullptr);
    return *node;
}

// Writes an expression with all its parentheses, so that a test sees what binds to what.
std::string shape(const ast::Expression& expression)
{
    struct Write {
        std::string operator()(const ast::Literal& literal) { return literal.text; }
        std::string operator()(const ast::Call& call) { return call.name.text + "()"; }
        std::string operator()(const ast::Comparison& compared)
        {
            return compared.left.text + std::string(to_text(compared.comparator)) + compared.right.text;
        }
        std::string operator()(const ast::Logical& chain)
        {
            std::string out = shape(*chain.first);
            for (const auto& part : chain.rest) {
                out = "(" + out + (part.op == ast::LogicalOperator::And ? "&&" : "||") +
                      shape(*part.expression) + ")";
            }
            return out;
        }
        std::string operator()(const ast::Arithmetic& chain)
        {
            std::string out = shape(*chain.first);
            for (const auto& part : chain.rest) {
                out = "(" + out + "+-*/%&|^"[static_cast<int>(part.op)] + shape(*part.expression) + ")";
            }
            return out;
        }
        std::string operator()(const ast::Not& negated) { return "!" + shape(*negated.operand); }
        std::string operator()(const ast::Complement& inverted) { return "~" + shape(*inverted.operand); }
        std::string operator()(const ast::ValueTest& tested) { return "[" + shape(*tested.value) + "]"; }
        std::string operator()(const ast::StatementTest&) { return "{}"; }
    };
    return std::visit(Write{}, expression.node);
}

std::string condition_shape(const std::string& condition)
{
    Loaded loaded;
    loaded.parse(in_route("if (" + condition + ") exit;"));
    return shape(*first_statement<ast::If>(loaded).arms[0].condition);
}

std::string value_shape(const std::string& value)
{
    Loaded loaded;
    loaded.parse(in_route("$var(x) = " + value + ";"));
    return shape(*first_statement<ast::Assignment>(loaded).value);
}

}  // namespace

TEST_CASE("top-level items come in any order, a ';' too many does no harm", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(R"(
        debug=3;
        mpath = "/usr/lib/modules/"
        loadmodule "sl.so";
        modparam("usrloc|auth_db", "db_mode", -0x2);
        modparam("rr", "append", "text")
        route { exit; };
        onreply_route { drop; }
        onreply_route[2] { exit; }
        failure_route[1] { exit; }
        branch_route[3] { exit; }
        error_route { exit; }
        route[yes] { exit; }
        fork=no)");
    REQUIRE(loaded.messages() == "");
    REQUIRE(loaded.script.items.size() == 6);
    const auto& path = std::get<ast::ModulePath>(loaded.script.items[1]);
    CHECK(path.path.text == "/usr/lib/modules/");
    const auto& parameter = std::get<ast::ModuleParameter>(loaded.script.items[3]);
    CHECK(parameter.modules.text == "usrloc|auth_db");
    CHECK(parameter.value.kind == ast::Literal::Kind::Number);
    CHECK(parameter.value.number == -2);
    REQUIRE(loaded.script.routes.size() == 7);
    CHECK(loaded.script.routes[0].name == "0");
    CHECK(loaded.script.routes[1].kind == ast::RouteKind::OnReply);
    CHECK(loaded.script.routes[1].name == "0");
    CHECK(loaded.script.routes[2].name == "2");
    CHECK(loaded.script.routes[5].kind == ast::RouteKind::Error);
    CHECK(loaded.script.routes[6].name == "1");  // yes is the number 1 wherever a number may stand
}

TEST_CASE("routes may have names", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(
        "route[relay] { exit; }\nfailure_route[\"busy one\"] { exit; }\nroute { route(relay); "
        "route(\"relay\"); }");
    REQUIRE(loaded.messages() == "");
    CHECK(loaded.script.routes[0].name == "relay");
    CHECK(loaded.script.routes[1].name == "busy one");
}

TEST_CASE("route heads that cannot be are refused", "[script][parser]")
{
    CHECK(error_in("failure_route { exit; }").find("expected '[' and the route's number") == 0);
    CHECK(error_in("onreply_route[0] { exit; }") == "onreply_route cannot have the number 0: 0 means none");
    CHECK(error_in("error_route[1] { exit; }") == "there is one error_route, without a number");
    CHECK(error_in("route[-1] { exit; }").find("expected the route's number or name") == 0);
    CHECK(error_in("") == "the script is empty");
}

TEST_CASE("calls take strings, numbers, variables and sockets", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(
        in_route("f(\"a\", 'b', 5, -0x10, $ru, word, udp:10.0.0.1:5060, \"host\":5061, tcp:[::1], yes);"));
    const auto& call = first_statement<ast::Call>(loaded);
    REQUIRE(call.arguments.size() == 10);
    using Kind = ast::Literal::Kind;
    CHECK(call.arguments[0].kind == Kind::String);
    CHECK(call.arguments[2].number == 5);
    CHECK(call.arguments[3].number == -16);
    CHECK(call.arguments[4].kind == Kind::Variable);
    CHECK(call.arguments[5].text == "word");
    CHECK(call.arguments[6].text == "udp:10.0.0.1:5060");
    CHECK(call.arguments[7].text == "host:5061");
    CHECK(call.arguments[8].text == "tcp:[::1]");
    CHECK(call.arguments[9].number == 1);
}

TEST_CASE("commands of the core may leave out empty parentheses, SER's forward() is accepted",
          "[script][parser]")
{
    Loaded loaded;
    loaded.parse(
        in_route("forward(uri:host, uri:port); exit; drop(); return; return(-1); return 1; revert_uri; "
                 "force_rport();\n"
                 "append_branch; append_branch(\"sip:a@b\"); resetdsturi; if (isdsturiset) exit;"));
    CHECK(first_statement<ast::Call>(loaded).arguments[1].text == "uri:port");
    CHECK(loaded.script.routes[0].body.statements.size() == 12);
}

TEST_CASE("if binds else to the nearest, and a chain is one statement", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(in_route("if (a()) if (b()) x(); else y();"));
    const auto& outer = first_statement<ast::If>(loaded);
    CHECK_FALSE(outer.otherwise);
    const auto& inner = std::get<ast::If>(outer.arms[0].body.statements[0].node);
    CHECK(inner.otherwise);

    Loaded chain;
    chain.parse(in_route("if (a()) { x(); } else if (b()) y(); else if (c()) {} else { z(); };"));
    const auto& three = first_statement<ast::If>(chain);
    CHECK(three.arms.size() == 3);
    CHECK(three.arms[2].body.statements.empty());
    CHECK(three.otherwise->statements.size() == 1);
}

TEST_CASE("if needs no parentheses", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(in_route("if method==\"INVITE\" log(\"x\");"));
    CHECK(shape(*first_statement<ast::If>(loaded).arms[0].condition) == "method==INVITE");
}

TEST_CASE("a ';' may be missing before '}' and else only", "[script][parser]")
{
    CHECK(error_in_route("if (a()) f() else g();") == "");
    CHECK(error_in_route("f()") == "");
    CHECK(error_in_route("f() g();") == "expected ';' after f(), found 'g'");
    Loaded loaded;
    loaded.parse("route {\n  f()\n  g();\n}\n");
    CHECK(loaded.messages() ==
          "t.cfg:2:6: error: expected ';' after f()\n"
          "    2 |   f()\n"
          "      |      ^\n");
    CHECK(loaded.script.routes[0].body.statements.size() == 2);  // and it went on
}

TEST_CASE("an else that a ';' cut off says so", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(in_route("if (a()) { b(); }; else c();"));
    CHECK(loaded.first_error() == "this else belongs to no if");
    CHECK(loaded.first_way_out() == "remove the ';' before it: it ended the if");
}

TEST_CASE("logical operators have equal precedence, '!' takes the test behind it", "[script][parser]")
{
    CHECK(condition_shape("a() || b() && c()") == "((a()||b())&&c())");
    CHECK(condition_shape("a() and not b() or c()") == "((a()&&!b())||c())");
    CHECK(condition_shape("!uri==myself") == "!uri==myself");
    CHECK(condition_shape("!method==\"ACK\" && a()") == "(!method==ACK&&a())");
    CHECK(condition_shape("!(a() || b())") == "!(a()||b())");
    CHECK(condition_shape("(a() && (b() || (c())))") == "(a()&&(b()||c()))");
    CHECK(condition_shape("$rU==\"x\"&&$rd!=\"y\"") == "($rU==x&&$rd!=y)");
}

TEST_CASE("tests are comparisons, calls, statements, numbers and variables", "[script][parser]")
{
    CHECK(condition_shape("myself==uri") == "uri==myself");
    CHECK(condition_shape("msg:len >= max_len") == "msg:len>=max_len");
    CHECK(condition_shape("src_ip==10.0.0.0/255.0.0.0") == "src_ip==10.0.0.0/255.0.0.0");
    CHECK(condition_shape("src_ip!=backup.foo-bar.test") == "src_ip!=backup.foo-bar.test");
    CHECK(condition_shape("dst_ip==[::1]") == "dst_ip==[::1]");
    CHECK(condition_shape("af==INET6") == "af==INET6");
    CHECK(condition_shape("proto==TCP") == "proto==TCP");
    CHECK(condition_shape("$avp(s:a)==null") == "$avp(s:a)==null");
    CHECK(condition_shape("$rs > -5") == "$rs>-5");
    CHECK(condition_shape("status=~\"^18\"") == "status=~^18");
    CHECK(condition_shape("uri==\"sip:a@b\"") == "uri==sip:a@b");
    CHECK(condition_shape("method==INVITE") == "method==INVITE");
    CHECK(condition_shape("[$var(x) + 1 & 3]") == "[(($var(x)+1)&3)]");
    CHECK(condition_shape("$var(x)=5") == "{}");
    CHECK(condition_shape("{ f(); }") == "{}");
    CHECK(condition_shape("if (a()) b();") == "{}");
    CHECK(condition_shape("1") == "1");
    CHECK(condition_shape("-1") == "-1");
}

TEST_CASE("what cannot be compared says how to write it", "[script][parser]")
{
    const auto way_out = [](const std::string& condition) {
        Loaded loaded;
        loaded.parse(in_route("if (" + condition + ") exit;"));
        return loaded.first_way_out();
    };
    CHECK(way_out("f() == 1") == "call it, then compare $retcode");
    CHECK(way_out("[$rc] == 1") == "assign the value to a $var(name) first and compare that");
    CHECK(way_out("\"a\" == $ru") == "turn it round");
    CHECK(way_out("1 == $rc") == "turn it round");
    CHECK(way_out("a() | b()") == "write '||'");
    CHECK(way_out("a() & b()") == "write '&&'");
    CHECK(way_out("method=\"INVITE\"") == "write method == ...");
    CHECK(way_out("metod==\"INVITE\"") == "did you mean method?");
    CHECK(way_out("max_len >= 5") == "msg:len >= max_len");
    CHECK(error_in_route("if ($x + 1 == 2) exit;") == "expected ')', found '+'");
    CHECK(error_in_route("if (uri) exit;") == "uri must be compared with something");
    CHECK(error_in_route("if (uri==) exit;") == "expected what to compare with, found ')'");
}

TEST_CASE("a missing ')' is shown where it is missing", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(in_route("if (is_method(\"BYE\") {\n  f();\n}"));
    CHECK(loaded.messages() ==
          "t.cfg:2:22: error: expected ')', found '{'\n"
          "    2 | if (is_method(\"BYE\") {\n"
          "      |                      ^\n");
}

TEST_CASE("arithmetic: '~' first, then + - * / % alike, then & | ^ alike", "[script][parser]")
{
    CHECK(value_shape("2+3*4") == "((2+3)*4)");
    CHECK(value_shape("1|2&2") == "((1|2)&2)");
    CHECK(value_shape("1+6&3") == "((1+6)&3)");
    CHECK(value_shape("~$var(a) + (1 - -2)") == "(~$var(a)+(1--2))");
    CHECK(value_shape("\"a\" + $ru + abc") == "((a+$ru)+abc)");
    CHECK(value_shape("method==\"INVITE\"") == "method==INVITE");
    CHECK(value_shape("route(1)") == "route()");
    CHECK(value_shape("$var(a)==1") == "$var(a)==1");
}

TEST_CASE("assignments have every operator, and null", "[script][parser]")
{
    using ast::AssignmentOperator;
    const auto op = [](const std::string& text) {
        Loaded loaded;
        loaded.parse(in_route("$var(x) " + text + " 1;"));
        return first_statement<ast::Assignment>(loaded).op;
    };
    CHECK(op("=") == AssignmentOperator::Set);
    CHECK(op("+=") == AssignmentOperator::Add);
    CHECK(op("-=") == AssignmentOperator::Subtract);
    CHECK(op("*=") == AssignmentOperator::Multiply);
    CHECK(op("/=") == AssignmentOperator::Divide);
    CHECK(op("%=") == AssignmentOperator::Modulo);
    CHECK(op("&=") == AssignmentOperator::And);
    CHECK(op("|=") == AssignmentOperator::Or);
    CHECK(op("^=") == AssignmentOperator::Xor);
    Loaded loaded;
    loaded.parse(in_route("$avp(s:x)=null;"));
    CHECK(first_statement<ast::Assignment>(loaded).value == nullptr);
    CHECK(error_in_route("$var(x)+=null;") == "null can only be assigned with '='");
    CHECK(error_in_route("$var(x)=1+null;") == "null can only stand alone behind '='");
    CHECK(error_in_route("$var(x)=~$var(y);") == "'=~' compares, it does not assign");
    CHECK(error_in_route("$var(x)==1;") == "a comparison is no statement");
    CHECK(error_in_route("debug=3;") == "debug cannot be assigned here");
}

TEST_CASE("switch has cases that fall through, and a default at the end", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(in_route(
        "switch($rm) { case \"INVITE\": f(); break; case -1: case REFER: g(); default: h(); break; }"));
    const auto& chosen = first_statement<ast::Switch>(loaded);
    REQUIRE(chosen.cases.size() == 3);
    CHECK(chosen.cases[0].body.statements.size() == 2);
    CHECK(chosen.cases[1].label.number == -1);
    CHECK(chosen.cases[1].body.statements.empty());
    CHECK(chosen.cases[2].label.text == "REFER");
    CHECK(chosen.otherwise->statements.size() == 2);

    CHECK(error_in_route("switch($rs) { default: f(); case 1: g(); }") == "'case' stands behind default");
    CHECK(error_in_route("switch($rs) { }") == "this switch has no case");
    CHECK(error_in_route("switch(5) { case 1: f(); }") == "expected one variable, found '5'");
    CHECK(error_in_route("case 1: f();") == "'case' stands outside a switch");
}

TEST_CASE("while and break are statements", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(in_route("while ($var(i) < 3) { $var(i) += 1; if ($rc) break; }\nbreak;"));
    CHECK(first_statement<ast::While>(loaded).body.statements.size() == 2);
    CHECK(std::holds_alternative<ast::Break>(loaded.script.routes[0].body.statements[1].node));
}

TEST_CASE("one run finds several errors", "[script][parser]")
{
    Loaded loaded;
    loaded.parse(
        "debug 3\n"
        "loadmodul \"sl.so\"\n"
        "route {\n"
        "  if (method==) {\n"
        "    f(;\n"
        "  } else {\n"
        "    g();\n"
        "  }\n"
        "  elsif (x()) { h(); }\n"
        "  i()\n"
        "  j();\n"
        "}\n"
        "rout[1] { exit; }\n"
        "failure_route[1] { k(; }\n");
    CHECK(loaded.messages() ==
          "t.cfg:1:1: error: 'debug' begins nothing at the top level\n"
          "    1 | debug 3\n"
          "      | ^~~~~\n"
          "      = write debug = ...\n"
          "t.cfg:2:1: error: 'loadmodul' begins nothing at the top level\n"
          "    2 | loadmodul \"sl.so\"\n"
          "      | ^~~~~~~~~\n"
          "      = did you mean loadmodule?\n"
          "t.cfg:4:15: error: expected what to compare with, found ')'\n"
          "    4 |   if (method==) {\n"
          "      |               ^\n"
          "t.cfg:5:7: error: expected an argument, found ';'\n"
          "    5 |     f(;\n"
          "      |       ^\n"
          "t.cfg:9:3: error: elsif is unknown\n"
          "    9 |   elsif (x()) { h(); }\n"
          "      |   ^~~~~\n"
          "      = write else if\n"
          "t.cfg:10:6: error: expected ';' after i()\n"
          "   10 |   i()\n"
          "      |      ^\n"
          "t.cfg:13:1: error: 'rout' begins nothing at the top level\n"
          "   13 | rout[1] { exit; }\n"
          "      | ^~~~\n"
          "      = did you mean route?\n"
          "t.cfg:14:22: error: expected an argument, found ';'\n"
          "   14 | failure_route[1] { k(; }\n"
          "      |                      ^\n");
}

TEST_CASE("a missing '}' is reported at the route that follows, which is still read", "[script][parser]")
{
    Loaded loaded;
    loaded.parse("route {\n  if (a()) {\n    f();\n}\n\nroute[1] {\n  g();\n}\n");
    CHECK(loaded.diagnostics.errors() == 1);
    CHECK(loaded.first_error() == "route cannot stand inside a block");
    CHECK(loaded.first_way_out() == "a '}' is missing above");
    REQUIRE(loaded.script.routes.size() == 1);
    CHECK(loaded.script.routes[0].name == "1");

    CHECK(error_in("route { if (a()) { f();") == "this block is not closed");
    CHECK(error_in("route { f(); } }") == "a parameter, a module or a route must begin here, not '}'");
}

TEST_CASE("nesting is bounded, long chains are not nesting", "[script][parser]")
{
    const auto repeat = [](const std::string& text, int times) {
        std::string out;
        for (int i = 0; i < times; ++i) out += text;
        return out;
    };
    CHECK(error_in_route("if (" + repeat("(", 50) + "a()" + repeat(")", 50) + ") f();") == "");
    CHECK(error_in_route("if (" + repeat("(", 200) + "a()" + repeat(")", 200) + ") f();") ==
          "expressions are nested more than 100 deep");
    CHECK(error_in_route("if (" + repeat("!", 5000) + "a()) f();") ==
          "expressions are nested more than 100 deep");
    CHECK(error_in_route("$var(x)= " + repeat("~", 5000) + "1;") ==
          "expressions are nested more than 100 deep");
    CHECK(error_in_route(repeat("{", 5000) + repeat("}", 5000)) == "blocks are nested more than 100 deep");
    CHECK(error_in_route(repeat("if (a()) ", 5000) + "f();") == "blocks are nested more than 100 deep");
    CHECK(error_in_route("if (a()" + repeat(" || a()", 5000) + ") f();") == "");
    CHECK(error_in_route("$var(x)=1" + repeat("+1", 5000) + ";") == "");
    CHECK(error_in_route("if (a()) f();" + repeat(" else if (a()) f();", 5000)) == "");
    CHECK(error_in_route("f(" + repeat("1,", 20) + "1);") == "more than 16 arguments");
}
