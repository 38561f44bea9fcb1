// The transaction layer as a proxy (RFC 3261 §16): what each side hears.
#include "test/unit/transaction/mini_proxy.h"

namespace junctor::transaction::test
{

TEST_CASE("an INVITE is relayed, answered and acknowledged", "[transaction]")
{
    MiniProxy proxy;
    proxy.from_alice({});
    const std::string invite = proxy.take(bob);
    CHECK(invite.starts_with(
        "INVITE sip:bob@203.0.113.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK.jn0."));
    CHECK(proxy.forwarded == "1 sent");

    SECTION("100 stops here, 180 and 200 go upstream without our Via")
    {
        proxy.from(bob, answer(invite, 100));
        CHECK(proxy.lines(alice).empty());
        proxy.from(bob, answer(invite, 180));
        const std::string ringing = proxy.take(alice);
        CHECK(ringing.starts_with(
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKalice1\r\n"));
        CHECK(ringing.find("192.0.2.1") == std::string::npos);
        proxy.from(bob, answer(invite, 200));
        CHECK(proxy.lines(alice) == Lines{"200"});
        CHECK(proxy.log == Lines{"response 100 on 0", "response 180 on 0", "relayed 180", "response 200 on 0",
                                 "relayed 200"});
    }
    SECTION("a retransmitted INVITE gets the last provisional response again")
    {
        proxy.from(bob, answer(invite, 180));
        proxy.lines(alice);
        proxy.from_alice({});
        CHECK(proxy.lines(alice) == Lines{"180"});
        CHECK(proxy.lines(bob).empty());
    }
    SECTION("a retransmitted INVITE is not sent again")
    {
        proxy.from_alice({});
        CHECK(proxy.lines(bob).empty());
        CHECK(proxy.layer->size() == 1);
    }
    SECTION("a failure is acknowledged hop by hop: ours to Bob, Alice's to us")
    {
        proxy.from(bob, answer(invite, 486));
        const std::string ack = proxy.take(bob);
        CHECK(ack.starts_with("ACK sip:bob@203.0.113.1 SIP/2.0\r\n"));
        CHECK(parsed(ack)->top_via()->branch == parsed(invite)->top_via()->branch);
        CHECK(parsed(ack)->to()->tag() == "callee");
        CHECK(proxy.lines(alice) == Lines{"486"});

        RequestText acknowledgement;
        acknowledgement.method = "ACK";
        acknowledgement.to_tag = "callee";
        proxy.on_request = [](const sip::MessagePtr&, const transport::Flow&) {
            FAIL("the script saw the ACK");
        };
        proxy.from_alice(acknowledgement);
        CHECK(proxy.lines(bob).empty());
        proxy.pass(30s);
        CHECK(proxy.lines(alice).empty());  // no Timer G any more
    }
    SECTION("a repeated failure of Bob is acknowledged again and told no one")
    {
        proxy.from(bob, answer(invite, 486));
        proxy.lines(alice);
        proxy.lines(bob);
        proxy.from(bob, answer(invite, 486));
        CHECK(proxy.lines(bob) == Lines{"ACK sip:bob@203.0.113.1"});
        CHECK(proxy.lines(alice).empty());
    }
    SECTION("a failure is repeated to Alice until her ACK comes, for Timer H at most")
    {
        proxy.from(bob, answer(invite, 486));
        proxy.pass(40s);
        // 0, 0.5, 1.5, 3.5, 7.5, 11.5 ... 31.5 s
        CHECK(proxy.lines(alice) == Lines(11, "486"));
    }
    SECTION("every 2xx goes upstream, also one that is repeated (RFC 6026)")
    {
        proxy.from(bob, answer(invite, 200));
        proxy.from(bob, answer(invite, 200));
        CHECK(proxy.lines(alice) == Lines{"200", "200"});
        CHECK(proxy.lines(bob).empty());  // its ACK is Alice's
    }
    SECTION("the ACK to a 2xx has a branch of its own; the user hears of it and the script gets it")
    {
        proxy.from(bob, answer(invite, 200));
        bool seen = false;
        proxy.on_request = [&](const sip::MessagePtr& message, const transport::Flow&) {
            seen = message->method_id() == sip::Method::Ack;
        };
        RequestText ack;
        ack.method = "ACK";
        ack.branch = "z9hG4bKalice2";
        ack.to_tag = "callee";
        proxy.from_alice(ack);
        CHECK(seen);
        CHECK(proxy.log.back() == "ack");
    }
    SECTION("64*T1 after a 2xx the transaction ends and its memory is given back")
    {
        proxy.from(bob, answer(invite, 200));
        proxy.pass(31s);
        CHECK(proxy.layer->size() == 1);
        proxy.pass(2s);
        CHECK(proxy.layer->size() == 0);
        CHECK(proxy.layer->bytes() == 0);
        CHECK(proxy.log.back() == "ended");
        CHECK(proxy.layer->statistics().in_use.value() == 0);
    }
    SECTION("a response that matches nothing is not ours")
    {
        std::string stranger = answer(invite, 200);
        stranger.replace(stranger.find(".jn0."), 5, ".jn0.f");
        proxy.from(bob, stranger);
        CHECK(proxy.unmatched == 1);
        CHECK(proxy.lines(alice).empty());
    }
    SECTION("a response whose CSeq names another method matches nothing (§17.1.3)")
    {
        std::string odd = answer(invite, 200);
        odd.replace(odd.find("1 INVITE"), 8, "1 OPTION");
        proxy.from(bob, odd);
        CHECK(proxy.unmatched == 1);
    }
}

TEST_CASE("an INVITE that nobody answers", "[transaction]")
{
    MiniProxy proxy;
    proxy.from_alice({});
    proxy.pass(33s);
    SECTION("is sent seven times, in doubling intervals (Timer A)")
    {
        CHECK(proxy.lines(bob) == Lines(7, "INVITE sip:bob@203.0.113.1"));
    }
    SECTION("is answered 408 after Timer B")
    {
        CHECK(proxy.log == Lines{"failure 408", "local 408"});
        CHECK(proxy.take(alice).starts_with("SIP/2.0 408 Request Timeout\r\n"));
    }
}

TEST_CASE("an INVITE that only rings is cancelled by Timer C (§16.8)", "[transaction]")
{
    MiniProxy proxy;
    proxy.from_alice({});
    const std::string invite = proxy.take(bob);
    proxy.from(bob, answer(invite, 180));
    proxy.pass(100s);
    proxy.from(bob, answer(invite, 180));  // starts Timer C anew
    proxy.pass(180s);
    CHECK(proxy.lines(bob).empty());
    proxy.lines(alice);
    proxy.pass(1500ms);
    const std::string cancel = proxy.take(bob);
    CHECK(cancel.starts_with("CANCEL sip:bob@203.0.113.1 SIP/2.0\r\n"));
    CHECK(parsed(cancel)->top_via()->branch == parsed(invite)->top_via()->branch);
    CHECK(proxy.lines(alice).front() == "408");

    SECTION("the 487 that follows is acknowledged and goes no further")
    {
        proxy.lines(bob);  // the CANCEL, repeated
        proxy.from(bob, answer(cancel, 200));
        proxy.from(bob, answer(invite, 487));
        CHECK(proxy.lines(bob) == Lines{"ACK sip:bob@203.0.113.1"});
        CHECK(proxy.log.back() == "local 408");
    }
    SECTION("a 200 that was faster still reaches the caller")
    {
        proxy.lines(alice);
        proxy.from(bob, answer(invite, 200));
        CHECK(proxy.lines(alice) == Lines{"200"});
    }
    SECTION("without any answer the branch is given up 64*T1 later")
    {
        proxy.pass(70s);
        CHECK(proxy.layer->size() == 0);
    }
}

TEST_CASE("a non-INVITE request is relayed once and answered once", "[transaction]")
{
    MiniProxy proxy;
    RequestText options;
    options.method = "OPTIONS";
    proxy.from_alice(options);
    const std::string forwarded = proxy.take(bob);

    SECTION("the final response is kept for retransmissions of the request")
    {
        proxy.from(bob, answer(forwarded, 200));
        CHECK(proxy.lines(alice) == Lines{"200"});
        proxy.pass(20s);
        proxy.from_alice(options);
        CHECK(proxy.lines(alice) == Lines{"200"});
        CHECK(proxy.lines(bob).empty());
    }
    SECTION("a second final response goes nowhere")
    {
        proxy.from(bob, answer(forwarded, 200));
        proxy.from(bob, answer(forwarded, 200));
        CHECK(proxy.lines(alice) == Lines{"200"});
    }
    SECTION("it is repeated until an answer comes, every T2 after a provisional one")
    {
        proxy.pass(4s);  // at 0.5, 1.5, 3.5 s
        CHECK(proxy.lines(bob).size() == 3);
        proxy.from(bob, answer(forwarded, 183));
        proxy.pass(8s);
        CHECK(proxy.lines(bob).size() == 2);
    }
    SECTION("unanswered it ends with 408 after Timer F")
    {
        proxy.pass(33s);
        CHECK(proxy.lines(alice) == Lines{"408"});
    }
    SECTION("Timer J ends it")
    {
        proxy.from(bob, answer(forwarded, 404));
        proxy.pass(33s);
        CHECK(proxy.layer->size() == 0);
        CHECK(proxy.layer->bytes() == 0);
    }
}

TEST_CASE("replies of our own", "[transaction]")
{
    MiniProxy proxy;
    std::shared_ptr<Transaction> transaction;
    proxy.on_request = [&](const sip::MessagePtr& message, const transport::Flow& from) {
        if (message->method_id() != sip::Method::Ack) transaction = proxy.create(message, from);
    };
    proxy.from_alice({});
    REQUIRE(transaction);

    SECTION("a 100 has no To-tag, later ones have the same one")
    {
        transaction->reply({100, "Giving a try", {}, {}, {}, {}, {}});
        proxy.network.settle();
        CHECK(parsed(proxy.take(alice))->to()->tag().empty());
        transaction->reply({180, {}, {}, {}, {}, {}, {}});
        transaction->reply({486, {}, {}, {}, {}, {}, {}});
        proxy.network.settle();
        const std::string tag(parsed(proxy.take(alice))->to()->tag());
        CHECK_FALSE(tag.empty());
        CHECK(parsed(proxy.take(alice))->to()->tag() == tag);
    }
    SECTION("only one final reply is sent")
    {
        CHECK(transaction->reply({486, {}, {}, {}, {}, {}, {}}));
        CHECK_FALSE(transaction->reply({200, {}, {}, {}, {}, {}, {}}));
        CHECK(transaction->last_status() == 486);
    }
    SECTION("a 200 to the INVITE is repeated until its ACK")
    {
        transaction->reply({200, {}, {}, {}, {}, {}, {}});
        proxy.pass(2s);
        CHECK(proxy.lines(alice) == Lines{"200", "200", "200"});
        RequestText ack;
        ack.method = "ACK";
        ack.branch = "z9hG4bKother";
        SECTION("of this dialog")
        {
            ack.to_tag = transaction->local_tag();
            proxy.from_alice(ack);
            proxy.pass(20s);
            CHECK(proxy.lines(alice).empty());
        }
        SECTION("not by one with another tag")
        {
            ack.to_tag = "stranger";
            proxy.from_alice(ack);
            proxy.pass(20s);
            CHECK_FALSE(proxy.lines(alice).empty());
        }
    }
    SECTION("a released transaction answers nothing and absorbs retransmissions")
    {
        transaction->release();
        CHECK_FALSE(transaction->reply({200, {}, {}, {}, {}, {}, {}}));
        const auto before = transaction;
        proxy.from_alice({});
        CHECK(transaction == before);
        proxy.pass(33s);
        CHECK(proxy.layer->size() == 0);
    }
}

TEST_CASE("over TCP nothing is repeated and nothing lingers", "[transaction]")
{
    MiniProxy proxy;
    RequestText options;
    options.method = "OPTIONS";
    proxy.targets = {"sip:bob@203.0.113.1;transport=tcp"};
    std::string text = options.text();
    text.replace(text.find("/UDP"), 4, "/TCP");
    proxy.network.send_from(alice, server, text, Protocol::Tcp);
    proxy.network.settle();
    const std::string forwarded = proxy.take(bob);
    CHECK(forwarded.find("Via: SIP/2.0/TCP 192.0.2.1") != std::string::npos);
    proxy.pass(10s);
    CHECK(proxy.lines(bob).empty());
    proxy.network.send_from(bob, server, answer(forwarded, 200), Protocol::Tcp);
    proxy.network.settle();
    CHECK(proxy.lines(alice) == Lines{"200"});
    proxy.pass(1s);
    CHECK(proxy.layer->size() == 0);
}

}  // namespace junctor::transaction::test
