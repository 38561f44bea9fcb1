// MI commands of tm, and requests that another program answers.
#include <filesystem>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "test/unit/modules/tm/script_server.h"

namespace junctor::tm::test
{
namespace
{

const std::string relay_to_bob = "route { rewriteuri(\"sip:bob@203.0.113.1\"); t_relay(); }\n";
const std::string headers = "From: <sip:server@example.test>\nTo: <sip:bob@example.test>\n";

std::vector<std::string> values(const mi::Reply& reply)
{
    std::vector<std::string> out;
    for (const mi::Node& node : reply.nodes) out.push_back(node.value);
    return out;
}

script::Argument text(const std::string& value)
{
    return {value, false};
}

class TemporaryFolder
{
public:
    TemporaryFolder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "junctor-tm-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

std::string read_all(int fd)
{
    std::string out(65536, '\0');
    const ssize_t got = ::read(fd, out.data(), out.size());
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
}

std::vector<std::string> split_lines(const std::string& all)
{
    std::vector<std::string> out;
    std::string_view rest = all;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        out.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

}  // namespace

TEST_CASE("t_uac_dlg sends a request and reports what became of it", "[tm]")
{
    ScriptServer server(relay_to_bob);
    SECTION("a final response with its headers")
    {
        server.begin_command("t_uac_dlg",
                             {"OPTIONS", "sip:bob@203.0.113.1", ".", ".", headers + "X-Own: !!\n"});
        const std::string sent = server.take(bob);
        CHECK(sent.starts_with("OPTIONS sip:bob@203.0.113.1 SIP/2.0\r\n"));
        CHECK(sent.find("X-Own: 192.0.2.1:5060\r\n") != std::string::npos);
        CHECK(sent.find("CSeq: 10 OPTIONS\r\n") != std::string::npos);
        CHECK_FALSE(server.pending_command().done());
        server.from(bob, answer(sent, 404, "callee", "X-Why: gone\r\n"));
        REQUIRE(server.pending_command().done());
        const mi::Reply reply = server.pending_command().take();
        CHECK(reply.code == 200);
        REQUIRE(reply.nodes.size() == 5);
        CHECK(reply.nodes[0].value == "404 Not Found");
        CHECK(reply.nodes[1].value == ".");
        CHECK(reply.nodes[4].value.find("X-Why: gone\r\n") != std::string::npos);
    }
    SECTION("a dialog that the response confirms")
    {
        server.begin_command("t_uac_dlg", {"INVITE", "sip:bob@203.0.113.1", ".", ".", headers});
        server.from(bob, answer(server.take(bob), 200, "callee",
                                "Record-Route: <sip:203.0.113.3;lr>\r\nRecord-Route: <sip:203.0.113.2;lr>\r\n"
                                "Contact: <sip:bob@203.0.113.1:5099>\r\n"));
        REQUIRE(server.pending_command().done());
        const auto nodes = values(server.pending_command().take());
        CHECK(nodes[0] == "200 OK");
        CHECK(nodes[1] == "sip:bob@203.0.113.1:5099");
        CHECK(nodes[2] == "sip:203.0.113.2;lr");
        CHECK(nodes[3] == "Route: <sip:203.0.113.2;lr>, <sip:203.0.113.3;lr>");
        CHECK(server.lines(carol) == Lines{"ACK sip:bob@203.0.113.1:5099"});
    }
    SECTION("a time-out has no headers")
    {
        server.begin_command("t_uac_dlg", {"OPTIONS", "sip:bob@203.0.113.1", ".", ".", headers});
        server.pass(31s);
        REQUIRE(server.pending_command().done());
        CHECK(values(server.pending_command().take()) == Lines{"408 Request Timeout", ".", ".", ".", "."});
    }
    SECTION("what cannot be sent")
    {
        CHECK(values(server.command("t_uac_dlg", {"OPTIONS", "sip:bob@nowhere.test", ".", ".", headers})) ==
              Lines{"476 Unresolvable destination (476/MI/UAC)"});
    }
    SECTION("next hop, socket, body")
    {
        server.begin_command("t_uac_dlg",
                             {"MESSAGE", "sip:bob@example.test", "sip:203.0.113.2", "udp:192.0.2.1:5060",
                              headers + "Content-Type: text/plain\n", "hello"});
        const std::string sent = server.take(carol);
        CHECK(sent.ends_with("\r\n\r\nhello"));
        CHECK(sent.find("Content-Length: 5\r\n") != std::string::npos);
    }
}

TEST_CASE("t_uac_dlg reports provisional responses if the operator wants them", "[tm]")
{
    const bool wanted = GENERATE(true, false);
    ScriptServer server(relay_to_bob, {{"pass_provisional_replies", {wanted ? "1" : "0", true}}});
    std::vector<std::string> progress;
    server.begin_command("t_uac_dlg", {"INVITE", "sip:bob@203.0.113.1", ".", ".", headers},
                         [&](const mi::Reply& reply) { progress.push_back(reply.nodes.front().value); });
    server.from(bob, answer(server.take(bob), 180));
    CHECK(progress == (wanted ? Lines{"180 Ringing"} : Lines{}));
}

TEST_CASE("t_uac_dlg refuses what is no request", "[tm]")
{
    ScriptServer server(relay_to_bob);
    struct Case {
        std::vector<std::string> arguments;
        int code;
        const char* reason;
    };
    const std::string to = "To: <sip:b@c>\n", from = "From: <sip:a@b>\n";
    for (const Case& c :
         {Case{{"OPTIONS"}, 400, "Too few or too many arguments"},
          Case{{"OPTIONS", "nonsense", ".", ".", headers}, 400, "Invalid RURI"},
          Case{{"OPTIONS", "sip:a@b", "nonsense", ".", headers}, 400, "Invalid NEXTHOP"},
          Case{{"OPTIONS", "sip:a@b", ".", "udp:192.0.2.9:5060", headers}, 404, "Local socket not found"},
          Case{{"OPTIONS", "sip:a@b", ".", "xyz:192.0.2.9:x", headers}, 404, "Invalid local socket"},
          Case{{"OPTIONS", "sip:a@b", ".", ".", "no colon\n"}, 400, "Bad headers"},
          Case{{"OPTIONS", "sip:a@b", ".", ".", "."}, 400, "To missing"},
          Case{{"OPTIONS", "sip:a@b", ".", ".", to}, 400, "From missing"},
          Case{{"OPTIONS", "sip:a@b", ".", ".", to + "From: <<\n"}, 400, "Error in From"},
          Case{{"OPTIONS", "sip:a@b", ".", ".", headers + "CSeq: x OPTIONS\n"}, 400, "Bad CSeq number"},
          Case{{"OPTIONS", "sip:a@b", ".", ".", headers + "CSeq: 1 INVITE\n"}, 400, "CSeq method mismatch"},
          Case{{"OPTIONS", "sip:a@b", ".", ".", headers, "body"}, 400, "Content-Type missing"},
          Case{{"OPTIONS", "sip:a@b", ".", ".", headers + "Content-Type: a/b\nContent-Length: 4\n", "body"},
               400,
               "Content-Length disallowed"}}) {
        const mi::Reply reply = server.command("t_uac_dlg", c.arguments);
        INFO(c.reason);
        CHECK(reply.code == c.code);
        CHECK(reply.reason == c.reason);
    }
    CHECK(server.network.unread() == 0);
}

TEST_CASE("t_uac_cancel cancels an INVITE by Call-ID and CSeq", "[tm]")
{
    ScriptServer server(relay_to_bob);
    server.from_alice({});
    server.from(bob, answer(server.take(bob), 180));
    CHECK(server.command("t_uac_cancel", {"call-1", "1"}).code == 200);
    CHECK(server.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
    CHECK(server.command("t_uac_cancel", {"call-1", "2"}).code == 481);
    CHECK(server.command("t_uac_cancel", {"call-1", "x"}).code == 400);
    CHECK(server.command("t_uac_cancel", {"call-1"}).code == 400);
}

TEST_CASE("t_hash counts transactions by hash index", "[tm]")
{
    ScriptServer server(relay_to_bob);
    server.from_alice({});
    const mi::Reply reply = server.command("t_hash", {});
    REQUIRE(reply.nodes.size() == 65536);
    std::size_t current = 0, total = 0;
    for (const mi::Node& node : reply.nodes) {
        current += std::stoul(node.attributes.at(0).second);
        total += std::stoul(node.attributes.at(1).second);
    }
    CHECK(reply.nodes[7].value == "7");
    CHECK(reply.nodes[7].attributes[0].first == "Current");
    CHECK(reply.nodes[7].attributes[1].first == "Total");
    CHECK(current == 1);
    CHECK(total == 1);
}

TEST_CASE("a request that another program answers", "[tm]")
{
    const TemporaryFolder folder;
    const std::string fifo = folder.file("fifo"), socket = folder.file("socket");
    const auto script = [&](const std::string& call) {
        return "route { setflag(0); setflag(5); t_newtran(); if (" + call +
               ") note(\"written\"); else note(\"not\"); }\n";
    };
    const auto on_fifo = "t_write_req(\"" + fifo + "\", \"vm/mail\")";
    const auto on_socket = "t_write_unix(\"" + socket + "\", \"vm/mail\")";
    const std::vector<std::pair<std::string, script::Argument>> append{
        {"tw_append", text("mail:user=$fU;none=$avp(s:none);call=$ci")}};
    RequestText invite;
    invite.headers = "Contact: <sip:alice@198.51.100.7>\r\nRecord-Route: <sip:203.0.113.9;lr>\r\n";

    SECTION("is described in twenty lines")
    {
        REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
        const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
        REQUIRE(reader >= 0);
        ScriptServer server(script(on_fifo), append);
        server.from_alice(invite);
        CHECK(server.trace == "written");
        const auto described = split_lines(read_all(reader));
        ::close(reader);
        REQUIRE(described.size() == 23);
        const Lines expected{"0.3",
                             "sip_request.vm",
                             "INVITE",
                             "bob",
                             "example.test",
                             "192.0.2.1",
                             ".",
                             "sip:bob@example.test",
                             "sip:alice@198.51.100.7",
                             "<sip:alice@example.test>;tag=a1",
                             "<sip:bob@example.test>",
                             "call-1",
                             "a1",
                             ".",
                             "1"};
        CHECK(Lines(described.begin(), described.begin() + 15) == expected);
        CHECK(described[16] == "<sip:203.0.113.9;lr>");
        CHECK(described[17] == "sip:203.0.113.9;lr");
        CHECK(described[18] == "P-MsgFlags: 12");
        CHECK(described[19] == "user: alice");
        CHECK(described[20] == "call: call-1");
        CHECK(described[21] == ".");
        CHECK(described[22] == ".");

        SECTION("and answered with t_reply")
        {
            const std::string id = described[15];
            CHECK(server.command("t_reply", {"200", "OK", id, "given", "X-Vm: 1\n", "body"}).code == 200);
            const std::string reply = server.take(alice);
            CHECK(reply.starts_with("SIP/2.0 200 OK\r\n"));
            CHECK(reply.find(";tag=given\r\n") != std::string::npos);
            CHECK(reply.find("X-Vm: 1\r\n") != std::string::npos);
            CHECK(reply.ends_with("\r\n\r\nbody"));
            CHECK(server.command("t_reply", {"200", "OK", id, "given", "."}).code == 500);
        }
        SECTION("or times out")
        {
            server.pass(31s);
            CHECK(server.lines(alice).front() == "408");
        }
    }
    SECTION("needs a reader")
    {
        REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
        ScriptServer server(script(on_fifo), append);
        server.from_alice(invite);
        CHECK(server.trace == "not");
    }
    SECTION("goes to a datagram socket as well")
    {
        const int receiver = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        socket.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(receiver, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        ScriptServer server(script(on_socket), append);
        server.from_alice(invite);
        CHECK(server.trace == "written");
        CHECK(split_lines(read_all(receiver)).at(1) == "sip_request.vm");
        ::close(receiver);
    }
    SECTION("waits for a socket that is full, unix_tx_timeout seconds at most")
    {
        const int receiver = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        socket.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(receiver, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        const int filler = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        while (::sendto(filler, "x", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
               1) {
        }
        ScriptServer server(script(on_socket), append);
        server.from_alice(invite);
        CHECK(server.trace.empty());
        SECTION("room comes in time")
        {
            read_all(receiver);
            server.pass(100ms);
            CHECK(server.trace == "written");
        }
        SECTION("it never does")
        {
            server.pass(2100ms);
            CHECK(server.trace == "not");
        }
        ::close(filler);
        ::close(receiver);
    }
}

TEST_CASE("t_reply refuses what means nothing", "[tm]")
{
    ScriptServer server(relay_to_bob);
    struct Case {
        std::vector<std::string> arguments;
        int code;
        const char* reason;
    };
    for (const Case& c : {Case{{"200", "OK", "1:2", "tag"}, 400, "Too few or too many arguments"},
                          Case{{"abc", "OK", "1:2", "tag", "."}, 400, "Invalid reply code"},
                          Case{{"700", "OK", "1:2", "tag", "."}, 400, "Invalid reply code"},
                          Case{{"200", "OK", "12", "tag", "."}, 400, "Invalid trans_id"},
                          Case{{"200", "OK", "x:2", "tag", "."}, 400, "Invalid index in trans_id"},
                          Case{{"200", "OK", "1:x", "tag", "."}, 400, "Invalid label in trans_id"},
                          Case{{"200", "OK", "1:2", "tag", "."}, 404, "Transaction not found"}}) {
        const mi::Reply reply = server.command("t_reply", c.arguments);
        INFO(c.reason);
        CHECK(reply.code == c.code);
        CHECK(reply.reason == c.reason);
    }
}

TEST_CASE("an admin's text cannot smuggle header lines into reason or tag", "[tm]")
{
    ScriptServer server("route { t_newtran(); t_reply(\"180\", \"Wait\"); wait(); }\n");
    server.from_alice({});
    const auto transaction = server.layer->find_by_call("call-1", 1);
    REQUIRE(transaction);
    const std::string id =
        std::to_string(transaction->hash_index()) + ":" + std::to_string(transaction->short_label());
    server.take(alice);
    CHECK(server.command("t_reply", {"486", "Busy\r\nX-Evil: 1", id, "t\r\nX-Evil: 2", "."}).code == 200);
    CHECK(server.take(alice).find("\r\nX-Evil") == std::string::npos);
}

TEST_CASE("arguments that tm refuses at load", "[tm]")
{
    struct Refused {
        const char* name;
        std::vector<std::string> arguments;
    };
    junctor::test::TestEnvironment env;
    const auto loaded = linked_module<Tm>();
    const auto refused = [&](const std::string& name, const std::vector<std::string>& texts) {
        for (const auto& function : loaded->functions) {
            if (function.name != name || function.arity != texts.size()) continue;
            std::vector<script::Argument> arguments;
            for (const auto& one : texts) arguments.push_back({one, false});
            script::BindContext context{env.variables};
            return !function.bind(arguments, context).has_value();
        }
        FAIL("no function " << name);
        return false;
    };
    for (const Refused& r :
         {Refused{"t_relay", {"0x10"}}, Refused{"t_relay", {""}}, Refused{"t_relay", {"udp:host:x"}},
          Refused{"t_relay", {"udp:192.0.2.1", "x"}}, Refused{"t_replicate", {"192.0.2.1"}},
          Refused{"t_replicate", {"tel:1"}}, Refused{"t_on_failure", {"40"}}, Refused{"t_on_failure", {""}},
          Refused{"t_reply", {"99", "x"}}, Refused{"t_reply", {"700", "x"}}, Refused{"t_check_status", {"("}},
          Refused{"t_local_replied", {"some"}}, Refused{"t_write_req", {"", "a"}},
          Refused{"t_write_req", {"/f", ""}}, Refused{"t_write_req", {"/f", "a/none"}},
          Refused{"t_write_unix", {std::string(108, 'x'), "a"}}}) {
        INFO(r.name << " " << r.arguments.front());
        CHECK(refused(r.name, r.arguments));
    }
    CHECK_FALSE(refused("t_relay", {"7"}));
    CHECK_FALSE(refused("t_relay", {"tcp:proxy.example.test:5070"}));
    CHECK_FALSE(refused("t_on_failure", {"0"}));
    CHECK_FALSE(refused("t_on_failure", {"voicemail"}));
    CHECK_FALSE(refused("t_write_req", {"/f", "a"}));
}

namespace
{

struct Recorder final : Observer {
    void on_request(Message& request, transaction::Transaction&) override { note("request", request); }
    void on_response(Message&, transaction::Transaction&, transaction::Branch&,
                     const sip::Message& response) override
    {
        seen.push_back("response " + std::to_string(response.status()));
    }
    void on_failure(Message& request, transaction::Transaction&, transaction::Branch&) override
    {
        note("failure", request);
    }
    void on_reply(Message&, transaction::Transaction&, const transaction::SentReply& reply) override
    {
        seen.push_back("reply " + std::to_string(reply.status));
    }
    void on_ack(Message& request, transaction::Transaction&, const sip::Message&) override
    {
        note("ack", request);
    }
    void on_cancelled(Message& request, transaction::Transaction&) override { note("cancelled", request); }
    void on_ended(Message& request, transaction::Transaction&) override { note("ended", request); }
    void note(const std::string& what, Message& request)
    {
        seen.push_back(what + " " + std::string(request.sip().method()));
    }
    std::vector<std::string> seen;
};

}  // namespace

TEST_CASE("other modules hear of each transaction of the script", "[tm]")
{
    ScriptServer server(relay_to_bob);
    Recorder recorder;
    server.interface<Transactions>().observe(recorder);
    server.from_alice({});
    server.from(bob, answer(server.take(bob), 200));
    RequestText ack;
    ack.method = "ACK";
    ack.branch = "z9hG4bKack";
    ack.to_tag = "callee";
    server.from_alice(ack);
    server.pass(40s);
    CHECK(recorder.seen ==
          Lines{"request INVITE", "reply 100", "response 200", "reply 200", "ack INVITE", "ended INVITE"});
}

TEST_CASE("a transaction that somebody keeps outlives the script", "[tm]")
{
    ScriptServer server("route { t_newtran(); }\n");
    struct Keeper final : Observer {
        explicit Keeper(Transactions& transactions) : tm(transactions) {}
        void on_request(Message&, transaction::Transaction& transaction) override { tm.keep(transaction); }
        Transactions& tm;
    } keeper(server.interface<Transactions>());
    server.interface<Transactions>().observe(keeper);
    server.from_alice({});
    const auto transaction = server.layer->find_by_call("call-1", 1);
    REQUIRE(transaction);
    CHECK_FALSE(transaction->is_released());
    CHECK(transaction->reply({200, {}, {}, {}, {}, {}, {}}));
}

}  // namespace junctor::tm::test
