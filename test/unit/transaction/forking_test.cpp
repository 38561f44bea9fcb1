// Several branches of one request: RFC 3261 §16.6, §16.7; fail-over of RFC 3263 §4.3.
#include "test/unit/transaction/mini_proxy.h"

namespace junctor::transaction::test
{

TEST_CASE("parallel forking", "[transaction]")
{
    MiniProxy proxy;
    proxy.targets = {"sip:bob@203.0.113.1", "sip:bob@203.0.113.2", "sip:bob@203.0.113.3"};
    proxy.from_alice({});
    CHECK(proxy.forwarded == "3 sent");
    const std::string to_bob = proxy.take(bob), to_carol = proxy.take(carol), to_dave = proxy.take(dave);

    SECTION("each branch has a branch parameter of its own")
    {
        CHECK(parsed(to_bob)->top_via()->branch != parsed(to_carol)->top_via()->branch);
    }
    SECTION("the first 2xx cancels those that ring")
    {
        proxy.from(bob, answer(to_bob, 180));
        proxy.from(carol, answer(to_carol, 180));
        proxy.from(dave, answer(to_dave, 180));
        proxy.from(carol, answer(to_carol, 200));
        CHECK(proxy.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
        CHECK(proxy.lines(dave) == Lines{"CANCEL sip:bob@203.0.113.3"});
        CHECK(proxy.lines(carol).empty());
        CHECK(proxy.lines(alice) == Lines{"180", "180", "180", "200"});
        SECTION("and their 487 go no further")
        {
            proxy.from(bob, answer(to_bob, 487));
            CHECK(proxy.lines(alice).empty());
            CHECK(proxy.lines(bob) == Lines{"ACK sip:bob@203.0.113.1"});
        }
        SECTION("a second 2xx goes upstream, too (§16.7 step 5)")
        {
            proxy.from(bob, answer(to_bob, 200, "bob2"));
            CHECK(parsed(proxy.take(alice))->to()->tag() == "bob2");
        }
    }
    SECTION("a branch without a provisional response is cancelled when its first one comes (§9.1)")
    {
        proxy.from(carol, answer(to_carol, 200));
        CHECK(proxy.lines(bob).empty());
        proxy.from(bob, answer(to_bob, 100));
        CHECK(proxy.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
    }
    SECTION("failures wait for the last branch; then the best goes upstream")
    {
        proxy.from(bob, answer(to_bob, 503));
        proxy.from(carol, answer(to_carol, 486));
        CHECK(proxy.lines(alice).empty());
        proxy.from(dave, answer(to_dave, 500));
        CHECK(proxy.lines(alice) == Lines{"486"});
    }
    SECTION("a 6xx cancels the others and wins (§16.7 steps 5, 6)")
    {
        proxy.from(bob, answer(to_bob, 180));
        proxy.from(carol, answer(to_carol, 603));
        CHECK(proxy.lines(bob).back() == "CANCEL sip:bob@203.0.113.1");
        proxy.from(dave, answer(to_dave, 404));
        CHECK(proxy.lines(alice) == Lines{"180"});
        proxy.from(bob, answer(to_bob, 487));
        CHECK(proxy.lines(alice) == Lines{"603"});
    }
    SECTION("the challenges of all branches reach the caller together (§16.7 step 7)")
    {
        proxy.from(bob, answer(to_bob, 407, "b", "Proxy-Authenticate: Digest realm=\"b\", nonce=\"1\"\r\n"));
        proxy.from(carol,
                   answer(to_carol, 401, "c", "WWW-Authenticate: Digest realm=\"c\", nonce=\"2\"\r\n"));
        proxy.from(dave, answer(to_dave, 404));
        const auto challenged = parsed(proxy.take(alice));
        CHECK(challenged->status() == 401);
        CHECK(challenged->count(sip::HeaderType::WwwAuthenticate) == 1);
        CHECK(challenged->count(sip::HeaderType::ProxyAuthenticate) == 1);
    }
    SECTION("a 503 that is the best goes upstream as 500 and is otherwise untouched")
    {
        proxy.from(bob, answer(to_bob, 503, "callee", "X-Why: overload\r\n"));
        proxy.from(carol, answer(to_carol, 503));
        proxy.from(dave, answer(to_dave, 503));
        const std::string failed = proxy.take(alice);
        CHECK(failed.starts_with("SIP/2.0 500 Server Internal Error\r\nVia: "));
        CHECK(failed.find("X-Why: overload\r\n") != std::string::npos);
    }
    SECTION("a reply of our own cancels all")
    {
        proxy.from(bob, answer(to_bob, 180));
        proxy.from(carol, answer(to_carol, 183));
        proxy.invite->reply({480, {}, {}, {}, {}, {}, {}});
        proxy.network.settle();
        CHECK(proxy.lines(alice).back() == "480");
        CHECK(proxy.lines(bob).back() == "CANCEL sip:bob@203.0.113.1");
        CHECK(proxy.lines(carol).back() == "CANCEL sip:bob@203.0.113.2");
    }
}

TEST_CASE("more than 12 branches are refused", "[transaction]")
{
    MiniProxy proxy;
    proxy.targets.clear();
    for (int i = 1; i <= 14; ++i) proxy.targets.push_back("sip:x@203.0.113." + std::to_string(i));
    proxy.from_alice({});
    CHECK(proxy.forwarded == "12 sent");
    CHECK(proxy.invite->branches_left() == 0);
    CHECK(proxy.layer->statistics().refused.value() == 1);
}

TEST_CASE("serial forking: the user forks anew when everybody has failed", "[transaction]")
{
    MiniProxy proxy;
    std::vector<std::string> next;
    proxy.failure_hook = [&](Transaction& transaction, Branch&) -> Task<bool> {
        if (next.empty()) return {};
        return proxy.fork(transaction.shared_from_this(), std::exchange(next, {}));
    };
    next = {"sip:bob@203.0.113.2"};
    proxy.from_alice({});
    proxy.from(bob, answer(proxy.take(bob), 486));
    CHECK(proxy.lines(alice).empty());
    const std::string to_carol = proxy.take(carol);

    SECTION("the second target succeeds")
    {
        proxy.from(carol, answer(to_carol, 200));
        CHECK(proxy.lines(alice) == Lines{"200"});
    }
    SECTION("the second target fails: its failure counts, not the first one's")
    {
        proxy.from(carol, answer(to_carol, 500));
        CHECK(proxy.lines(alice) == Lines{"500"});
        CHECK(proxy.log ==
              Lines{"response 486 on 0", "failure 486", "response 500 on 1", "failure 500", "relayed 500"});
    }
    SECTION("a 2xx of the first target that comes late is relayed")
    {
        proxy.from(carol, answer(to_carol, 180));
        proxy.from(carol, answer(to_carol, 200));
        CHECK(proxy.lines(alice) == Lines{"180", "200"});
    }
}

TEST_CASE("a new fork that cannot be sent leaves the old failure to be relayed", "[transaction]")
{
    MiniProxy proxy;
    proxy.failure_hook = [&](Transaction& transaction, Branch&) -> Task<bool> {
        return proxy.fork(transaction.shared_from_this(), {"sip:x@nowhere.test"});
    };
    proxy.from_alice({});
    proxy.from(bob, answer(proxy.take(bob), 486));
    CHECK(proxy.forwarded == "476");
    CHECK(proxy.lines(alice) == Lines{"486"});
}

TEST_CASE("a user that replies in the failure has the last word", "[transaction]")
{
    MiniProxy proxy;
    proxy.failure_hook = [](Transaction& transaction, Branch&) -> Task<bool> {
        transaction.reply({404, "Nobody there", {}, {}, {}, {}, {}});
        return {};
    };
    proxy.from_alice({});
    proxy.from(bob, answer(proxy.take(bob), 486));
    CHECK(proxy.lines(alice) == Lines{"404"});
}

TEST_CASE("fail-over to the next destination (RFC 3263 §4.3)", "[transaction]")
{
    MiniProxy proxy;
    proxy.dns.add_srv("_sip._udp.example.test", {1, 0, 5060, "one.example.test"});
    proxy.dns.add_srv("_sip._udp.example.test", {2, 0, 5060, "two.example.test"});
    proxy.dns.add_address("one.example.test", "203.0.113.1");
    proxy.dns.add_address("two.example.test", "203.0.113.2");
    proxy.targets = {"sip:bob@example.test"};

    SECTION("on 503, with a new branch parameter")
    {
        proxy.from_alice({});
        const std::string first = proxy.take(bob);
        proxy.from(bob, answer(first, 503));
        CHECK(proxy.lines(bob) == Lines{"ACK sip:bob@example.test"});
        const std::string second = proxy.take(carol);
        CHECK(parsed(first)->top_via()->branch != parsed(second)->top_via()->branch);
        CHECK(proxy.lines(alice).empty());
        proxy.from(carol, answer(second, 503));
        CHECK(proxy.lines(alice) == Lines{"500"});  // none left
        CHECK(proxy.invite->branches_left() == max_branches - 1);
    }
    SECTION("on time-out")
    {
        proxy.from_alice({});
        proxy.pass(33s);
        const std::string second = proxy.take(carol);
        proxy.from(carol, answer(second, 200));
        CHECK(proxy.lines(alice) == Lines{"200"});
    }
    SECTION("not on time-out once somebody has answered")
    {
        proxy.from_alice({});
        proxy.from(bob, answer(proxy.take(bob), 180));
        proxy.pass(182s);
        CHECK(proxy.lines(carol).empty());
        CHECK(proxy.invite->last_status() == 408);
    }
    SECTION("when sending fails at once")
    {
        proxy.network.refuse(bob);
        proxy.from_alice({});
        CHECK(proxy.lines(carol).size() == 1);
        CHECK(proxy.forwarded == "1 sent");
    }
    SECTION("not for other failures")
    {
        proxy.from_alice({});
        proxy.from(bob, answer(proxy.take(bob), 500));
        CHECK(proxy.lines(carol).empty());
        CHECK(proxy.lines(alice) == Lines{"500"});
    }
    SECTION("not after the caller has given up")
    {
        proxy.from_alice({});
        const std::string first = proxy.take(bob);
        RequestText cancel;
        cancel.method = "CANCEL";
        proxy.from_alice(cancel);
        proxy.from(bob, answer(first, 503));
        CHECK(proxy.lines(carol).empty());
    }
}

TEST_CASE("a stream that is refused counts as a 503 and the next destination gets its turn", "[transaction]")
{
    MiniProxy proxy;
    proxy.dns.add_srv("_sip._tcp.example.test", {1, 0, 5060, "one.example.test"});
    proxy.dns.add_srv("_sip._tcp.example.test", {2, 0, 5060, "two.example.test"});
    proxy.dns.add_address("one.example.test", "203.0.113.1");
    proxy.dns.add_address("two.example.test", "203.0.113.2");
    proxy.targets = {"sip:bob@example.test;transport=tcp"};
    proxy.network.refuse(bob);
    proxy.from_alice({});
    proxy.pass(1s);
    CHECK(proxy.lines(carol).size() == 1);

    SECTION("without a next one the caller hears of it")
    {
        proxy.targets = {"sip:bob@203.0.113.1;transport=tcp"};
        RequestText other;
        other.branch = "z9hG4bKother";
        proxy.from_alice(other);
        proxy.pass(100ms);
        CHECK(proxy.lines(alice) == Lines{"500"});
    }
}

TEST_CASE("resolution is awaited", "[transaction]")
{
    MiniProxy proxy;
    proxy.dns.add_address("slow.example.test", "203.0.113.2");
    proxy.dns.set_delay(proxy.worker.timers(), 2s);
    proxy.targets = {"sip:bob@203.0.113.1", "sip:bob@slow.example.test:5060"};
    proxy.from_alice({});
    const std::string to_bob = proxy.take(bob);  // at once

    SECTION("the other branch follows")
    {
        proxy.pass(3s);
        CHECK(proxy.lines(carol).front() == "INVITE sip:bob@slow.example.test:5060");
        CHECK(proxy.forwarded == "2 sent");
    }
    SECTION("a failure meanwhile waits for it")
    {
        proxy.from(bob, answer(to_bob, 486));
        CHECK(proxy.lines(alice).empty());
        proxy.pass(3s);
        CHECK(proxy.lines(carol).size() >= 1);
    }
    SECTION("a failure meanwhile is relayed when the name does not resolve")
    {
        proxy.dns.clear();
        proxy.from(bob, answer(to_bob, 486));
        proxy.pass(10s);
        CHECK(proxy.forwarded == "1 sent");
        CHECK(proxy.lines(alice).front() == "486");
    }
    SECTION("a success meanwhile: it is not sent any more")
    {
        proxy.from(bob, answer(to_bob, 200));
        proxy.pass(3s);
        CHECK(proxy.lines(carol).empty());
    }
    SECTION("a 6xx meanwhile: neither")
    {
        proxy.from(bob, answer(to_bob, 600));
        proxy.pass(3s);
        CHECK(proxy.lines(carol).empty());
        CHECK(proxy.lines(alice).front() == "600");
    }
    SECTION("a CANCEL meanwhile: neither, and the caller gets 487")
    {
        RequestText cancel;
        cancel.method = "CANCEL";
        proxy.from_alice(cancel);
        proxy.from(bob, answer(to_bob, 180));
        proxy.from(bob, answer(to_bob, 487));
        proxy.pass(3s);
        CHECK(proxy.lines(carol).empty());
        CHECK(proxy.lines(alice).back() == "487");
    }
}

TEST_CASE("a blind branch waits for a reply that comes another way", "[transaction]")
{
    MiniProxy proxy;
    proxy.on_request = [&](const sip::MessagePtr& message, const transport::Flow& from) {
        const auto transaction = proxy.create(message, from);
        REQUIRE(transaction->add_blind_branch());
    };
    proxy.from_alice({});
    SECTION("the reply")
    {
        proxy.invite->reply({200, {}, {}, {}, {}, {}, {}});
        proxy.network.settle();
        CHECK(proxy.lines(alice) == Lines{"200"});
    }
    SECTION("no reply: 408")
    {
        proxy.pass(33s);
        CHECK(proxy.lines(alice).front() == "408");
    }
}

}  // namespace junctor::transaction::test
