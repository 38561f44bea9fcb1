// Our Via branches, who owns a message, and what a loop is.
#include "core/transaction/branch_id.h"

#include <set>

#include "test/unit/transaction/mini_proxy.h"

namespace junctor::transaction::test
{

TEST_CASE("a branch of ours says which worker, transaction and branch it is", "[transaction]")
{
    const BranchId id{3, 0x1234567890abcdefU, 11, 0xdeadbeefU};
    CHECK(id.text() == "z9hG4bK.jn3.1234567890abcdef.b.deadbeef");
    CHECK(BranchId::parse(id.text()) == id);
    CHECK(worker_of_response(id.text()) == 3U);

    for (const char* foreign :
         {"z9hG4bK776asdhds", "", "z9hG4bK.jn", "z9hG4bK.jn3.12.1", "z9hG4bK.jn3.12.1.5x",
          "z9hG4bK.jn3.12.1.5.6", "z9hG4bK.jn3.11234567890abcdef.1.5", "z9hG4bK.jnx.1.1.1"}) {
        INFO(foreign);
        CHECK_FALSE(BranchId::parse(foreign).has_value());
        CHECK_FALSE(worker_of_response(foreign).has_value());
    }
}

TEST_CASE("everything of a request meets on one worker", "[transaction]")
{
    RequestText request;
    const unsigned owner = worker_of_request(*parsed(request.text()), 8);
    SECTION("the ACK to a 2xx, with a new branch")
    {
        request.method = "ACK";
        request.branch = "z9hG4bKnew";
        CHECK(worker_of_request(*parsed(request.text()), 8) == owner);
    }
    SECTION("the CANCEL")
    {
        request.method = "CANCEL";
        CHECK(worker_of_request(*parsed(request.text()), 8) == owner);
    }
    SECTION("calls spread over all workers")
    {
        std::set<unsigned> owners;
        for (int i = 0; i < 200; ++i) {
            request.call_id = "call-" + std::to_string(i);
            owners.insert(worker_of_request(*parsed(request.text()), 8));
        }
        CHECK(owners.size() == 8);
        CHECK(*owners.rbegin() == 7);
    }
    SECTION("with one worker it is that one")
    {
        CHECK(worker_of_request(*parsed(request.text()), 1) == 0);
    }
}

TEST_CASE("the loop hash is of what routing looks at (RFC 5393 §4.2.2)", "[transaction]")
{
    const HashKey key{7, 8};
    RequestText request;
    const std::vector<transport::ListenSocket> sockets{{0, Protocol::Udp, "a", server},
                                                       {1, Protocol::Udp, "b", server}};
    const transport::Flow from{&sockets[0], alice, 0};
    const std::uint32_t hash = loop_hash(*parsed(request.text()), from, key);
    const auto changed = [&](const RequestText& other) {
        return loop_hash(*parsed(other.text()), from, key) != hash;
    };
    SECTION("not of Vias")
    {
        request.branch = "z9hG4bKother";
        request.via_host = "192.0.2.99";
        CHECK_FALSE(changed(request));
    }
    SECTION("not of what a proxy may add")
    {
        request.headers = "X-Hint: 1\r\n";
        CHECK_FALSE(changed(request));
    }
    SECTION("of Request-URI, tags, Call-ID, CSeq, Route and proxy headers")
    {
        switch (GENERATE(range(0, 8))) {
            case 0: request.uri = "sip:bob@example.org"; break;
            case 1: request.from_tag = "b"; break;
            case 2: request.to_tag = "c"; break;
            case 3: request.call_id = "call-2"; break;
            case 4: request.cseq = 2; break;
            case 5: request.headers = "Route: <sip:192.0.2.1;lr>\r\n"; break;
            case 6: request.headers = "Proxy-Require: x\r\n"; break;
            default: request.headers = "Proxy-Authorization: Digest realm=\"x\"\r\n"; break;
        }
        CHECK(changed(request));
    }
    SECTION("of the socket and the source address, but not the port")
    {
        CHECK(loop_hash(*parsed(request.text()), {&sockets[1], alice, 0}, key) != hash);
        CHECK(loop_hash(*parsed(request.text()), {&sockets[0], bob, 0}, key) != hash);
        CHECK(loop_hash(*parsed(request.text()), {&sockets[0], {alice.ip, 1}, 0}, key) == hash);
    }
    SECTION("and unknown to who has not the key")
    {
        CHECK(loop_hash(*parsed(request.text()), from, {7, 9}) != hash);
    }
}

TEST_CASE("a stateless branch is the same for each retransmission (RFC 3261 §16.11)", "[transaction]")
{
    RequestText request;
    const std::string branch = stateless_branch(*parsed(request.text()));
    CHECK(branch.starts_with("z9hG4bK"));
    CHECK(stateless_branch(*parsed(request.text())) == branch);
    CHECK_FALSE(worker_of_response(branch).has_value());
    SECTION("also for its CANCEL")
    {
        request.method = "CANCEL";
        CHECK(stateless_branch(*parsed(request.text())) == branch);
    }
    SECTION("not for another request")
    {
        request.branch = "z9hG4bKother";
        CHECK(stateless_branch(*parsed(request.text())) != branch);
    }
    SECTION("without the cookie it depends on the parts")
    {
        request.branch = "1";
        const std::string old = stateless_branch(*parsed(request.text()));
        CHECK(stateless_branch(*parsed(request.text())) == old);
        request.cseq = 2;
        CHECK(stateless_branch(*parsed(request.text())) != old);
    }
}

TEST_CASE("SipHash-2-4 gives the published values", "[transaction]")
{
    // J.-P. Aumasson, D. J. Bernstein: "SipHash", appendix A: key 00..0f, input 00..0e.
    std::string input;
    for (char c = 0; c < 15; ++c) input += c;
    CHECK(keyed_hash({0x0706050403020100U, 0x0f0e0d0c0b0a0908U}, input) == 0xa129ca6149be45e5U);
    CHECK(keyed_hash({0x0706050403020100U, 0x0f0e0d0c0b0a0908U}, {}) == 0x726fdb47dd0e0e31U);
}

}  // namespace junctor::transaction::test
