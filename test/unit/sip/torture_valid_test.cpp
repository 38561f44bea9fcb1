// RFC 4475 §3.1.1 and those of §3.3 that a proxy lets pass: unusual, and good.
#include <catch2/catch.hpp>

#include "test/unit/sip/sample.h"
#include "test/unit/sip/torture.h"

using namespace junctor::sip;
using sample::parsed;
using torture::lines;
using torture::verdict;

TEST_CASE("a short tortuous INVITE (RFC 4475 §3.1.1.1)", "[sip][torture]")
{
    const std::string bytes = lines(
        {
            "INVITE sip:dora@chair.example.test;unknownparam SIP/2.0",
            "TO :",
            " sip:dora@chair.example.test ;   tag    = 1918181833n",
            "from   : \"D Q \\\\\\\"\"       <sip:dq@example.test>",
            "  ;",
            "  tag = 98asjd8",
            "MaX-fOrWaRdS: 0068",
            "Call-ID: wsinv.one@192.0.2.1",
            "Content-Length   : 5",
            "cseq: 0009",
            "  INVITE",
            "Via  : SIP  /   2.0",
            " /UDP",
            "    192.0.2.2;branch=390skdjuw",
            "s :",
            "NewFangledHeader:   newfangled value",
            " continued newfangled value",
            "UnknownHeaderWithUnusualValue: ;;,,;;,;",
            "Content-Type: application/sdp",
            "Route:",
            " <sip:services.example.test;lr;unknownwith=value;unknown-no-value>",
            "v:  SIP  / 2.0  / TCP     spindle.example.test   ;",
            "  branch  =   z9hG4bK9ikj8  ,",
            " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
            " z9hG4bK30239",
            "m:\"Quoted string \\\"\\\"\" <sip:dq@example.test> ; newparam =",
            "      newvalue ;",
            "  secondparam ; q = 0.33",
        },
        "v=0\r\n");
    CHECK(verdict(bytes) == 0);
    const auto message = parsed(bytes);
    CHECK(message->to()->tag() == "1918181833n");
    CHECK(message->from()->tag() == "98asjd8");
    CHECK(message->from()->display == R"("D Q \\\"")");
    CHECK(message->max_forwards() == 68U);
    CHECK(message->cseq()->number == 9);
    REQUIRE(message->vias().size() == 3);
    CHECK(message->vias()[0].branch == "390skdjuw");
    CHECK(message->vias()[2].branch == "z9hG4bK30239");
    CHECK(message->first(HeaderType::Subject)->value.empty());
    CHECK(Contact::of(*NameAddr::parse(message->first(HeaderType::Contact)->value))->q == 330);
}

TEST_CASE("every character where it is allowed (RFC 4475 §3.1.1.2)", "[sip][torture]")
{
    using namespace std::string_view_literals;
    const std::string bytes = lines({
        "!odd-Method0123456789_*+`.%indeed'~ "
        "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/"
        ";;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.test SIP/2.0",
        "Via: SIP/2.0/TCP host1.example.test;branch=z9hG4bK-.!%66*_+`'~",
        "To: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F\" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.test>"sv,
        "From: token1~` token2'+_ token3*%!.- "
        "<sip:mundane@example.test>;fromParam''~+*_!.-%=\"\xD1\x80\xD0\xB0\xD0\xB1\";tag=_token~1'+`*%!-.",
        "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
        "CSeq: 139122385 !odd-Method0123456789_*+`.%indeed'~",
        "Max-Forwards: 255",
        "extensionHeader-!.%*+_`'~: \xEF\xBB\xBF\xE5\xA4\xA7\xE5\x81\x9C\xE9\x9B\xBB",
        "Content-Length: 0",
    });
    CHECK(verdict(bytes) == 0);
    const auto message = parsed(bytes);
    CHECK(message->method_id() == Method::Other);
    CHECK(message->uri()->host == "example.test");
    CHECK(message->from()->tag() == "_token~1'+`*%!-.");
    CHECK(message->top_via()->branch == "z9hG4bK-.!%66*_+`'~");
}

TEST_CASE("escapes mean the same wherever they stand, and nothing in a method (RFC 4475 §3.1.1.3, §3.1.1.5)",
          "[sip][torture]")
{
    const std::string invite = lines(
        {
            "INVITE sip:sips%3Auser%40example.test@example.test SIP/2.0",
            "To: sip:%75se%72@example.test",
            "From: <sip:I%20have%20spaces@example.test>;tag=938",
            "Max-Forwards: 87",
            "i: esc01.1@192.0.2.1",
            "CSeq: 234234 INVITE",
            "C: application/sdp",
            "Via: SIP/2.0/UDP host5.example.test;branch=z9hG4bKkdjuw",
            "Contact: <sip:cal%6Cer@host5.example.test;%6C%72;n%61me=v%61lue%25%34%31>",
            "Content-Length: 5",
        },
        "v=0\r\n");
    CHECK(verdict(invite) == 0);
    CHECK(unescape(parsed(invite)->from()->uri.user) == "I have spaces");

    CHECK(verdict(lines({
              "RE%47IST%45R sip:registrar.example.test SIP/2.0",
              "To: \"%Z%45\" <sip:resource@example.test>",
              "From: \"%Z%45\" <sip:resource@example.test>;tag=f232jadfj23",
              "Call-ID: esc02.1@192.0.2.1",
              "CSeq: 29344 RE%47IST%45R",
              "Max-Forwards: 70",
              "Via: SIP/2.0/TCP host1.example.test;rport;branch=z9hG4bK209%fzsnel234",
              "Contact: <sip:alias1@host1.example.test>, <sip:alias2@host3.example.test>",
              "Content-Length: 0",
          })) == 0);
}

TEST_CASE("no white space between display name and '<' (RFC 4475 §3.1.1.6)", "[sip][torture]")
{
    CHECK(verdict(lines({
              "OPTIONS sip:user@example.test SIP/2.0",
              "To: sip:user@example.test",
              "From: caller<sip:caller@example.test>;tag=323",
              "Max-Forwards: 70",
              "Call-ID: lwsdisp.1@192.0.2.1",
              "CSeq: 60 OPTIONS",
              "Via: SIP/2.0/UDP funky.example.test;branch=z9hG4bKkdjuw",
              "l: 0",
          })) == 0);
}

TEST_CASE("long values in fields (RFC 4475 §3.1.1.7)", "[sip][torture]")
{
    const std::string very(200, 'y');
    CHECK(verdict(lines({
              "INVITE sip:user@example.test SIP/2.0",
              "To: \"I have a user name of " + very + very +
                  "\"<sip:user@example.test:6000;unknownparam1=" + very + ";longparam" + very + ";short>",
              "F: sip:" + very + "@example.test;tag=12" + very + "982424;unknown" + very + "=" + very +
                  ";valueless" + very,
              "Call-ID: longreq.one" + very,
              "CSeq: 3882340 INVITE",
              "Unknown-" + very + ": unknown-" + very + "-value; unknown-" + very + "-parameter",
              "Via: SIP/2.0/TCP sip33.example.test",
              "v: SIP/2.0/TCP sip32.example.test, SIP/2.0/TCP sip31.example.test",
              "Via: SIP/2.0/TCP host.example.test;received=192.0.2.5;branch=very" + very + "branchvalue",
              "Max-Forwards: 70",
              "Contact: <sip:" + very + "@host5.example.test>",
              "l: 0",
          })) == 0);
}

TEST_CASE("octets after the body of a datagram are ignored (RFC 4475 §3.1.1.8)", "[sip][torture]")
{
    const std::string first = lines({
        "REGISTER sip:example.test SIP/2.0",
        "To: sip:j.user@example.test",
        "From: sip:j.user@example.test;tag=43251j3j324",
        "Max-Forwards: 8",
        "I: dblreq.1@192.0.2.1",
        "Contact: sip:j.user@host.example.test",
        "CSeq: 8 REGISTER",
        "Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492",
        "Content-Length: 0",
    });
    CHECK(verdict(first + sample::invite()) == 0);
    CHECK(parsed(first + sample::invite())->bytes() == first);
}

TEST_CASE("a semicolon in the user part, a Via of each transport (RFC 4475 §3.1.1.9, §3.1.1.10)",
          "[sip][torture]")
{
    const std::string bytes = lines({
        "OPTIONS sip:user;par=u%40example.test@example.test SIP/2.0",
        "To: sip:j_user@example.test",
        "From: sip:caller@example.test;tag=33242",
        "Max-Forwards: 3",
        "Call-ID: semiuri.1@192.0.2.1",
        "Accept: application/sdp, application/pkcs7-mime, multipart/mixed;x=y",
        "CSeq: 8 OPTIONS",
        "Via: SIP/2.0/UDP t1.example.test;branch=z9hG4bKkdjuw",
        "Via: SIP/2.0/SCTP t2.example.test;branch=z9hG4bKklasjdhf",
        "Via: SIP/2.0/TLS t3.example.test;branch=z9hG4bK2980unddj",
        "Via: SIP/2.0/UNKNOWN t4.example.test;branch=z9hG4bKasd0f3en",
        "Via: SIP/2.0/TCP t5.example.test;branch=z9hG4bK0a9idfnee",
        "l: 0",
    });
    CHECK(verdict(bytes) == 0);
    CHECK(parsed(bytes)->uri()->user == "user;par=u%40example.test");
    CHECK(parsed(bytes)->uri()->params.empty());
}

TEST_CASE("a multipart body with binary parts (RFC 4475 §3.1.1.11)", "[sip][torture]")
{
    using namespace std::string_view_literals;
    const auto body =
        "--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\n\r\n\x30\x82\x00\x01\n\r\xff\r\n--7a9cbec02ceef655--\r\n"sv;
    CHECK(verdict(lines(
              {
                  "MESSAGE sip:kumiko@example.test SIP/2.0",
                  "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport",
                  "Max-Forwards: 70",
                  "Route: <sip:127.0.0.1:5080>",
                  "Identity: "
                  "\"r5mwreLuyDRYBi/0TiPwEsY3rEVsk/"
                  "G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+813gvYjcBUaZngQmXc9WNZSDNGCzA+"
                  "fWl9MEUHWIZo1CeJebdY/XlgKeTa0Olvq0rt70Q5jiSfbqMJmQFteeivUhkMWYUA=\"",
                  "Contact: <sip:fluffy@127.0.0.1:5070>",
                  "To: <sip:kumiko@example.test>",
                  "From: <sip:fluffy@example.test>;tag=2fb0dcc9",
                  "Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..",
                  "CSeq: 1 MESSAGE",
                  "Content-Transfer-Encoding: binary",
                  "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",
                  "Date: Sat, 15 Oct 2005 04:44:56 GMT",
                  "Content-Length: " + std::to_string(body.size()),
              },
              body)) == 0);
}

TEST_CASE("reason phrases: unusual and empty (RFC 4475 §3.1.1.12, §3.1.1.13)", "[sip][torture]")
{
    const auto response = [](std::string_view first) {
        return lines({first, "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923", "Call-ID: unreason.1",
                      "CSeq: 35 INVITE", "From: sip:user@example.test;tag=11141343",
                      "To: sip:user@example.edu;tag=2229", "Content-Length: 0"});
    };
    CHECK(verdict(response("SIP/2.0 200 = 2**3 * 5**2 \xD0\xBD\xD0\xBE \xD1\x81\xD1\x82\xD0\xBE")) == 0);
    CHECK(verdict(response("SIP/2.0 100 ")) == 0);
}

TEST_CASE(
    "schemes and authentication that we do not know are for others to refuse (RFC 4475 §3.3.2 to §3.3.4, "
    "§3.3.7)",
    "[sip][torture]")
{
    const auto request = [](std::string_view uri, std::string_view to, std::string_view extra) {
        return lines({"OPTIONS " + std::string(uri) + " SIP/2.0", "To: " + std::string(to),
                      "From: <http://www.example.test>;tag=384", "Max-Forwards: 3", "Call-ID: unkscm.1",
                      "CSeq: 3923423 OPTIONS", "Via: SIP/2.0/TCP host9.example.test;branch=z9hG4bKkdjuw39234",
                      extra, "Content-Length: 0"});
    };
    CHECK(verdict(request("nobodyKnowsThisScheme:totallyopaquecontent", "sip:user@example.test", "X: y")) ==
          0);
    CHECK(verdict(request("soap.beep://192.0.2.103:3002", "sip:user@example.test", "X: y")) == 0);
    CHECK(verdict(request("sip:user@example.test", "isbn:2983792873", "Contact: <name:John_Smith>")) == 0);
    CHECK(verdict(request("sip:user@example.test", "sip:user@example.test",
                          "Authorization: NoOneKnowsThisScheme opaque-data=here")) == 0);
    CHECK(verdict(request("sip:user@example.test", "sip:user@example.test",
                          "Authorization: Basic YWxhZGRpbjpvcGVu")) == 0);
    CHECK(verdict(request("sip:user@example.test", "sip:user@example.test",
                          "Require: nothingSupportsThis\r\nDate: Fri, 01 Jan 2010 16:00:00 EST")) == 0);
}

TEST_CASE("contacts of a REGISTER (RFC 4475 §3.3.12 to §3.3.14)", "[sip][torture]")
{
    const auto contact = GENERATE("sip:+19725552222@gw1.example.test;unknownparam",
                                  "<sip:+19725552222@gw1.example.test;unknownparam>",
                                  "<sip:user@example.test?Route=%3Csip:sip.example.test%3E>", "*");
    CAPTURE(contact);
    CHECK(verdict(lines({
              "REGISTER sip:example.test SIP/2.0",
              "Via: SIP/2.0/UDP saturn.example.test:5060;branch=z9hG4bKkdjuw",
              "Max-Forwards: 0",
              "From: sip:watson@example.test;tag=DkfVgjkrtMwaerKKpe",
              "To: sip:watson@example.test",
              "Call-ID: cparam01.1@saturn.example.test",
              "CSeq: 2 REGISTER",
              "Contact: " + std::string(contact),
              "l: 0",
          })) == 0);
}

TEST_CASE("an INVITE of RFC 2543: no branch, no tags, no Max-Forwards (RFC 4475 §3.4.1)", "[sip][torture]")
{
    CHECK(verdict(lines(
              {
                  "INVITE sip:UserB@example.test SIP/2.0",
                  "Via: SIP/2.0/UDP iftgw.example.test",
                  "From: <sip:+13035551111@ift.client.example.test;user=phone>",
                  "Record-Route: <sip:UserB@example.test;maddr=ss1.example.test>",
                  "To: sip:+16505552222@ss1.example.test;user=phone",
                  "Call-ID: inv2543.1717@ift.client.example.test",
                  "CSeq: 56 INVITE",
                  "Content-Type: application/sdp",
              },
              "v=0\r\n")) == 0);
}
