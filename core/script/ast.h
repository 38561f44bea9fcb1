// The syntax tree of a routing script: what the parser found, in order, each node with its place. No meaning
// yet: names are looked up, and types are checked, by globals.cpp and the checker.
//
// Chains of equal precedence (&& with ||, + with *) are flat lists, as is a chain of else-if: the depth of
// the tree is what the script nests, which the parser bounds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/address.h"
#include "core/script/source.h"

namespace junctor::script::ast
{

struct Statement;
struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Word {
    std::string text;
    Range range;
};

// ---- expressions

// A value as written: in arguments, operands and assignments.
struct Literal {
    enum class Kind : std::uint8_t {
        Number,    // a sign and `yes`, `inet` ... included: see `number`
        String,    // quoted
        Variable,  // $ru
        Word,      // anything unquoted: a name, a host, [proto:]host[:port]
        Ip,        // an address, perhaps with /bits or /mask: see `ip`, `mask`
    };
    Kind kind = Kind::Word;
    Range range;
    std::string text;  // as written, of a String its value
    std::int64_t number = 0;
    IpAddress ip;
    unsigned mask_bits = 128;  // of an Ip; 32 for a whole IPv4 address
};

// route(1), exit, t_relay("udp:x"), setflag(2): commands of the core and functions of modules look alike.
struct Call {
    Word name;
    std::vector<Literal> arguments;
    Range range;
};

enum class Comparator : std::uint8_t {
    Equal,
    NotEqual,
    Match,
    NotMatch,
    Less,
    LessEqual,
    Greater,
    GreaterEqual
};
std::string_view to_text(Comparator comparator);

// What may stand on the left of a comparison. uri and status are one in 1.2: the text of a request or of a
// reply.
enum class Subject : std::uint8_t {
    Variable,
    Method,
    Uri,
    FromUri,
    ToUri,
    SrcIp,
    DstIp,
    SrcPort,
    DstPort,
    Proto,
    Af,
    MsgLen,
};

// `myself == uri` is turned round: the subject is what is compared with myself.
struct Comparison {
    Subject subject = Subject::Variable;
    Word left;  // the variable, or the keyword as written
    Comparator comparator = Comparator::Equal;
    Range operator_range;
    Literal right;
};

enum class AssignmentOperator : std::uint8_t { Set, Add, Subtract, Multiply, Divide, Modulo, And, Or, Xor };
enum class ArithmeticOperator : std::uint8_t { Add, Subtract, Multiply, Divide, Modulo, And, Or, Xor };
enum class LogicalOperator : std::uint8_t { And, Or };

struct Assignment {
    Word target;
    AssignmentOperator op = AssignmentOperator::Set;
    ExpressionPtr value;  // empty: null
};

struct Logical {  // && and || have equal precedence and associate to the left
    struct Part {
        LogicalOperator op;
        ExpressionPtr expression;
    };
    ExpressionPtr first;
    std::vector<Part> rest;
};

struct Arithmetic {  // one level of precedence, left associative
    struct Part {
        ArithmeticOperator op;
        Range operator_range;
        ExpressionPtr expression;
    };
    ExpressionPtr first;
    std::vector<Part> rest;
};

struct Not {
    ExpressionPtr operand;
};

struct Complement {  // ~
    ExpressionPtr operand;
};

struct ValueTest {  // [ value ] as a condition
    ExpressionPtr value;
};

struct StatementTest {  // if, an assignment or { } as a condition: its return code decides
    std::unique_ptr<Statement> statement;
};

struct Expression {
    Range range;
    std::variant<Literal, Call, Comparison, Logical, Arithmetic, Not, Complement, ValueTest, StatementTest>
        node;
};

// ---- statements

struct Block {
    std::vector<Statement> statements;
    Range range;
};

struct If {
    struct Arm {
        ExpressionPtr condition;
        Block body;
    };
    std::vector<Arm> arms;  // if, else if ...
    std::optional<Block> otherwise;
};

struct While {  // beyond 1.2
    ExpressionPtr condition;
    Block body;
};

struct Switch {
    struct Case {
        Literal label;  // Number or String
        Block body;
    };
    Word variable;
    std::vector<Case> cases;
    std::optional<Block> otherwise;
};

struct Break {
};  // ends the switch or loop it stands in; elsewhere (beyond 1.2, as in SER): exit

struct Statement {
    Range range;
    std::variant<Call, Assignment, If, While, Switch, Break, Block> node;
};

// ---- top level

struct LoadModule {
    Word path;
    Range range;
};

struct ModuleParameter {
    Word modules;  // a regular expression
    Word name;
    Literal value;  // String or Number
    Range range;
};

struct ModulePath {
    Word path;
};

// A socket's name: [proto:]host[:port].
struct SocketName {
    Range range;
    std::optional<Protocol> protocol;  // `any` is Protocol::Any
    std::string host;                  // name, interface or address (IPv6 without brackets)
    bool is_ip = false;
    std::optional<std::uint16_t> port;  // `any` leaves it empty
};

struct GlobalAssignment {
    Word name;
    std::vector<SocketName> sockets;  // of listen and alias
    Literal value;                    // of all others
};

struct BlacklistRule {
    bool inverted = false;
    Protocol protocol = Protocol::Any;
    IpAddress network;
    unsigned mask_bits = 0;
    std::uint16_t port = 0;  // 0: any
    std::string text;        // a glob over the outgoing message; empty: any
    Range range;
};

struct Blacklist {
    Word name;
    std::vector<BlacklistRule> rules;
};

struct TlsDomain {
    bool server = false;
    std::optional<SocketName> address;  // ip:port
    std::optional<Word> name;           // client domains may be named instead
    std::vector<GlobalAssignment> settings;
    Range range;
};

enum class RouteKind : std::uint8_t { Request, OnReply, Failure, Branch, Error };
std::string_view to_text(RouteKind kind);  // "route", "onreply_route" ...

struct Route {
    RouteKind kind = RouteKind::Request;
    std::string name;  // canonical: "0" for route{}, decimal for numbers, else (beyond 1.2) a name
    Block body;
    Range range;  // of its head
};

struct Script {
    // In order: a later modparam sees what was loaded before it.
    std::vector<std::variant<LoadModule, ModuleParameter, ModulePath, GlobalAssignment, Blacklist, TlsDomain>>
        items;
    std::vector<Route> routes;
};

}  // namespace junctor::script::ast
