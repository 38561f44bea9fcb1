#include "core/sip/digest.h"

#include <catch2/catch.hpp>

#include "core/base/ascii.h"

using namespace junctor;
using namespace junctor::sip;

namespace
{

const std::string rfc2617 =
    R"(Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", )"
    R"(uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", )"
    R"(opaque="5ccc069c403ebaf9f0171e9517f40e41")";

DigestCredentials credentials(std::string_view value)
{
    auto parsed = DigestCredentials::parse(value);
    INFO(value);
    REQUIRE(parsed);
    return *parsed;
}

}  // namespace

TEST_CASE("credentials are taken apart", "[sip][digest]")
{
    const DigestCredentials c = credentials(rfc2617);
    CHECK(c.username == "Mufasa");
    CHECK(c.realm == "testrealm@host.com");
    CHECK(c.nonce == "dcd98b7102dd2f0e8b11d0f600bfb0c093");
    CHECK(c.uri == "/dir/index.html");
    CHECK(c.qop == "auth");
    CHECK(c.nc == "00000001");
    CHECK(c.cnonce == "0a4f113b");
    CHECK(c.opaque == "5ccc069c403ebaf9f0171e9517f40e41");
    CHECK(c.algorithm == DigestAlgorithm::Md5);
    CHECK_FALSE(c.unknown_algorithm);
}

TEST_CASE("the sums of RFC 2617 §3.5 and RFC 7616 §3.9.1", "[sip][digest]")
{
    const DigestCredentials md5 = credentials(rfc2617);
    const std::string ha1 =
        digest_ha1(DigestAlgorithm::Md5, "Mufasa", "testrealm@host.com", "Circle Of Life");
    CHECK(ha1 == "939e7578ed9e3c518a452acee763bce9");
    CHECK(digest_response(md5, ha1, "GET", "") == md5.response);

    const DigestCredentials sha = credentials(
        R"(Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=SHA-256, )"
        R"(nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, )"
        R"(cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, )"
        R"(response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")");
    CHECK(sha.algorithm == DigestAlgorithm::Sha256);
    const std::string sha_ha1 = digest_ha1(sha.algorithm, sha.username, sha.realm, "Circle of Life");
    CHECK(digest_response(sha, sha_ha1, "GET", "") == sha.response);
}

TEST_CASE("without qop the sum of RFC 2069, with auth-int the body's too", "[sip][digest]")
{
    DigestCredentials c = credentials(R"(Digest username="u",realm="r",nonce="n",uri="sip:a",response="00")");
    const std::string ha1 = md5_hex("u:r:p");
    CHECK(digest_response(c, ha1, "REGISTER", "") == md5_hex(ha1 + ":n:" + md5_hex("REGISTER:sip:a")));
    c.qop = "auth-int";
    c.nc = "00000002";
    c.cnonce = "c";
    CHECK(digest_response(c, ha1, "INVITE", "body") ==
          md5_hex(ha1 + ":n:00000002:c:auth-int:" + md5_hex("INVITE:sip:a:" + md5_hex("body"))));
}

TEST_CASE("spellings of credentials that clients use", "[sip][digest]")
{
    const DigestCredentials c = credentials(
        "DIGEST\r\n USERNAME = \"a@b.test\" ,realm=\"\",nonce=n,uri=sip:b.test;transport=tcp , "
        "response=\"ABcd\",algorithm=\"md5\",unknown=x,"
        "other=\"y,z\"");
    CHECK(c.user() == "a");
    CHECK(c.domain() == "b.test");
    CHECK(c.uri == "sip:b.test;transport=tcp");
    CHECK(c.response == "ABcd");
    CHECK(c.algorithm == DigestAlgorithm::Md5);
    CHECK_FALSE(c.unknown_algorithm);
    CHECK(credentials(rfc2617).domain().empty());
    CHECK(credentials(R"(Digest username="a\"b",realm="r",nonce="n",uri="u",response="0")").username ==
          "a\\\"b");
}

TEST_CASE("algorithms that we do not have are reported", "[sip][digest]")
{
    for (const auto* name : {"MD5-sess", "SHA-256-sess", "SHA-512-256", "x"}) {
        CAPTURE(name);
        CHECK(credentials(rfc2617 + ", algorithm=" + name).unknown_algorithm);
    }
}

TEST_CASE("malformed credentials are refused", "[sip][digest]")
{
    const auto* bad = GENERATE(
        "", "Digest", "Digest ", "Basic YWxhZGRpbg==", "Digestusername=\"u\"", "Digest ,", "Digest username",
        "Digest username=", R"(Digest username="u)", R"(Digest username="u",realm="r",nonce="n",uri="u")",
        R"(Digest username="u",realm="r",nonce="n",response="0")",
        R"(Digest username="u",realm="r",uri="u",response="0")",
        R"(Digest username="u",nonce="n",uri="u",response="0")",
        R"(Digest realm="r",nonce="n",uri="u",response="0")",
        R"(Digest username="",realm="r",nonce="n",uri="u",response="0")",
        R"(Digest username="u",realm="r",nonce="n",uri="u",response="xyz")",
        R"(Digest username="u",realm="r",nonce="n",uri="u",response="0",)",
        R"(Digest username="u",username="v",realm="r",nonce="n",uri="u",response="0")",
        R"(Digest username="u",realm="r",nonce="n",uri="u",response="0",algorithm=MD5,algorithm=SHA-256)",
        R"(Digest username="u" realm="r",nonce="n",uri="u",response="0")",
        R"(Digest username="u",realm="r",nonce="n",uri="u",response="0",qop=auth,nc=00000001)",
        R"(Digest username="u",realm="r",nonce="n",uri="u",response="0",qop=auth,cnonce="c")",
        R"(Digest username="u",realm="r",nonce="n",uri="u",response="0",qop=auth,cnonce="c",nc=1)",
        R"(Digest username="u",realm="r",nonce="n",uri="u",response="0",qop=auth,cnonce="c",nc=0000000g)");
    CAPTURE(bad);
    const auto parsed = DigestCredentials::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().status == 400);
}

TEST_CASE("limits of credentials", "[sip][digest]")
{
    CHECK_FALSE(DigestCredentials::parse(rfc2617 + ",x=\"" + std::string(4096, 'x') + "\""));
    std::string many = rfc2617;  // 9 parameters
    for (int i = 0; i < 23; ++i) many += ",x=y";
    CHECK(DigestCredentials::parse(many));
    CHECK_FALSE(DigestCredentials::parse(many + ",x=y"));
}

TEST_CASE("hashes, random bytes and comparison", "[sip][digest]")
{
    CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(HmacSha256("Jefe").of("what do ya want for nothing?")) ==  // RFC 4231 §4.3
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(random_bytes(16).size() == 16);
    CHECK(random_bytes(16) != random_bytes(16));
    CHECK(random_bytes(0).empty());
    CHECK(equal_in_constant_time("abc", "abc"));
    CHECK_FALSE(equal_in_constant_time("abc", "abd"));
    CHECK_FALSE(equal_in_constant_time("abc", "ab"));
    CHECK(to_text(DigestAlgorithm::Sha256) == "SHA-256");
}
