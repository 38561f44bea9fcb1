#include "core/transport/trains.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::transport;

namespace
{

const Endpoint peer = *Endpoint::parse("192.0.2.1:5060"), other = *Endpoint::parse("192.0.2.2:5060");

// The way a batch leaves, "0 2 | 1": places in the batch, trains apart.
class Batch
{
public:
    Batch& add(std::size_t length, std::string_view call, const Endpoint& to = peer)
    {
        std::string bytes = "BYE sip:a@b SIP/2.0\r\nCall-ID: " + std::string(call) + "\r\n\r\n";
        REQUIRE(bytes.size() <= length);
        bytes.resize(length, 'x');
        return add_bytes(std::move(bytes), to);
    }
    Batch& add_bytes(std::string bytes, const Endpoint& to = peer)
    {
        texts_.push_back(std::move(bytes));
        to_.push_back(to);
        return *this;
    }
    std::string trains(bool coupled = true) const
    {
        std::vector<Datagram> batch;
        for (std::size_t i = 0; i < texts_.size(); ++i) batch.push_back({to_[i], texts_[i]});
        Trains trains;
        trains.plan(batch, false);  // what is left of an earlier plan does not matter
        trains.plan(batch, coupled);
        std::string text;
        for (std::size_t i = 0; i < trains.size(); ++i) {
            if (i > 0) text += " |";
            for (const auto place : trains[i]) text += (text.empty() ? "" : " ") + std::to_string(place);
        }
        return text;
    }

private:
    std::vector<std::string> texts_;
    std::vector<Endpoint> to_;
};

}  // namespace

TEST_CASE("datagrams of one length to one peer leave as a train, a shorter one at its end", "[transport]")
{
    Batch batch;
    batch.add(100, "a").add(100, "b").add(100, "c").add(90, "d");
    CHECK(batch.trains() == "0 1 2 3");
    CHECK(batch.trains(false) == "0 | 1 | 2 | 3");
    CHECK(batch.add(100, "e").trains() == "0 1 2 4 3");
    CHECK(batch.add(90, "f").trains() == "0 1 2 4 3 | 5");
    CHECK(Batch().add(90, "a").add(100, "b").trains() == "0 | 1");
}

TEST_CASE("each peer has its own trains", "[transport]")
{
    Batch batch;
    batch.add(100, "a").add(100, "a", other).add(100, "b").add(100, "b", other);
    CHECK(batch.trains() == "0 2 | 1 3");
}

TEST_CASE("no datagram overtakes another of its Call-ID to the same peer", "[transport]")
{
    SECTION("the BYE stays behind the ACK")
    {
        CHECK(Batch().add(100, "x").add(120, "a").add(100, "a").trains() == "0 | 1 2");
        CHECK(Batch().add(100, "x").add(120, "b").add(100, "a").trains() == "0 2 | 1");
        CHECK(Batch().add(100, "x").add(120, "a", other).add(100, "a").trains() == "0 2 | 1");
    }
    SECTION("nor as the shorter one at the end of a train")
    {
        CHECK(Batch().add(100, "x").add(120, "a").add(90, "a").trains() == "0 | 1 2");
        CHECK(Batch().add(100, "x").add(120, "b").add(90, "a").trains() == "0 2 | 1");
    }
    SECTION("in whatever way Call-ID is written")
    {
        const auto named = [](std::string_view header) {
            std::string bytes = "BYE sip:a@b SIP/2.0\r\n" + std::string(header) + " a \r\n\r\n";
            bytes.resize(100, 'x');
            return bytes;
        };
        for (const auto* header : {"i:", "CALL-ID:", "Call-ID :", "Call-ID:\r\n", "From:"}) {
            Batch batch;
            batch.add(100, "x").add(120, "a").add_bytes(named(header));
            CHECK(batch.trains() == "0 | 1 2");
        }
    }
    SECTION("a body says nothing of it")
    {
        Batch batch;
        batch.add(100, "x").add(120, "a");
        batch.add_bytes("BYE sip:a@b SIP/2.0\r\nCall-ID : a\r\n\r\nCall-ID: b\r\n" + std::string(52, 'x'));
        CHECK(batch.trains() == "0 | 1 2");
    }
}

TEST_CASE("what is long or empty goes by itself, and a train has its longest", "[transport]")
{
    CHECK(Batch().add(1400, "a").add(1400, "b").trains() == "0 1");
    CHECK(Batch().add(1401, "a").add(1401, "b").add(100, "c").trains() == "0 | 1 | 2");
    CHECK(Batch().add_bytes("").add_bytes("").trains() == "0 | 1");
    Batch batch;
    for (int i = 0; i < 50; ++i) batch.add(1400, std::to_string(i));
    CHECK(batch.trains().substr(0, 3) == "0 1");
    CHECK(batch.trains().find("45 | 46 ") != std::string::npos);  // 46 * 1400 bytes, not 65,507
}
