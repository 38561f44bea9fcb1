#include "tools/sipload/challenge.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::load;

namespace
{

std::string challenged(const std::string& headers)
{
    return "SIP/2.0 401 Unauthorized\r\n" + headers + "Content-Length: 0\r\n\r\n";
}

const Challenge::Account bob{"bob", "zanzibar", "INVITE", "sip:bob@biloxi.com", "0a4f113b"};

}  // namespace

TEST_CASE("a digest answer is what RFC 2617 computes", "[sipload]")
{
    SECTION("with qop=auth")
    {
        const std::string response = challenged(
            "WWW-Authenticate: Digest realm=\"biloxi.com\", qop=\"auth,auth-int\", "
            "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc\"\r\n");
        const auto challenge = Challenge::find(response, 401);
        REQUIRE(challenge);
        const std::string line = challenge->answer(bob);
        // The example that is often shown for this user, nonce and client nonce.
        CHECK(line.find("response=\"89eb0059246c02b2f6ee02c7961d5ea3\"") != std::string::npos);
        CHECK(line.starts_with("Authorization: Digest username=\"bob\", realm=\"biloxi.com\""));
        CHECK(line.find("qop=auth, nc=00000001, cnonce=\"0a4f113b\"") != std::string::npos);
        CHECK(line.ends_with("opaque=\"5ccc\"\r\n"));
    }
    SECTION("without qop there is neither count nor client nonce")
    {
        const std::string response =
            challenged("WWW-Authenticate: Digest nonce=\"n\", realm=\"biloxi.com\", algorithm=MD5\r\n");
        const std::string line = Challenge::find(response, 401)->answer(bob);
        const std::string ha1 = sip::md5_hex("bob:biloxi.com:zanzibar");
        CHECK(line.find(sip::md5_hex(ha1 + ":n:" + sip::md5_hex("INVITE:sip:bob@biloxi.com"))) !=
              std::string::npos);
        CHECK(line.find("cnonce") == std::string::npos);
    }
    SECTION("SHA-256 is answered with SHA-256")
    {
        const std::string response =
            challenged("WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256\r\n");
        const std::string line = Challenge::find(response, 401)->answer(bob);
        const std::string ha1 = sip::sha256_hex("bob:r:zanzibar");
        CHECK(line.find(sip::sha256_hex(ha1 + ":n:" + sip::sha256_hex("INVITE:sip:bob@biloxi.com"))) !=
              std::string::npos);
    }
}

TEST_CASE("of several challenges the first is answered whose algorithm and qop are known", "[sipload]")
{
    const std::string response = challenged(
        "WWW-Authenticate: Basic realm=\"r\"\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\", algorithm=SHA-512-256\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"2\", qop=\"auth-int\"\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"3\"\r\n");
    const auto challenge = Challenge::find(response, 401);
    REQUIRE(challenge);
    CHECK(challenge->answer(bob).find("nonce=\"3\"") != std::string::npos);
    CHECK_FALSE(Challenge::find(response, 407));  // that would be Proxy-Authenticate
    CHECK_FALSE(Challenge::find(challenged("WWW-Authenticate: Digest realm=\"r\"\r\n"), 401));
}
