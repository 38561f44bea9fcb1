// search, replace and subst.
#include "test/unit/modules/textops/textops.h"

using namespace junctor;
using textops::Fixture;

TEST_CASE_METHOD(Fixture, "search looks at the whole message, by lines and ignoring case", "[textops]")
{
    CHECK(call("search", {"^invite sip:BOB"}) == 1);
    CHECK(call("search", {"^x-note: two.$"}) == 1);
    CHECK(call("search", {"one.*two"}) == -1);
    CHECK(call("search", {"m=audio"}) == 1);
    CHECK(call("search", {"nosuch"}) == -1);
    CHECK(textops.refusal("search", {"("}).find("the regular expression") == 0);
}

TEST_CASE_METHOD(Fixture, "search_body looks at the body alone", "[textops]")
{
    CHECK(call("search_body", {"^c=IN IP4 10\\."}) == 1);
    CHECK(call("search_body", {"^X-Note"}) == -1);
    message = env.request();
    CHECK(call("search_body", {".*"}) == -1);
}

TEST_CASE_METHOD(Fixture, "searches do not see pending edits", "[textops]")
{
    CHECK(call("append_hf", {"X-New: 1\r\n"}) == 1);
    CHECK(call("search", {"X-New"}) == -1);
}

TEST_CASE_METHOD(Fixture, "search_append puts text behind the first match", "[textops]")
{
    CHECK(call("search_append", {"X-Note: ", "really "}) == 1);
    CHECK(leaves_with("X-Note: really one\r\nX-Note: two\r\n"));
    CHECK(call("search_append", {"^INVITE sip", "x"}) == -1);  // the first line is not in it
    CHECK(call("search_append_body", {"^m=audio [0-9]+", "/2"}) == 1);
    CHECK(leaves_with("m=audio 49170/2 RTP/AVP 0\r\n"));
    CHECK(call("search_append_body", {"X-Note", "x"}) == -1);
}

TEST_CASE_METHOD(Fixture, "replace changes the first match", "[textops]")
{
    CHECK(call("replace", {"10\\.0\\.0\\.7", "192.0.2.9"}) == 1);
    CHECK(leaves_with("Contact: <sip:alice@192.0.2.9:5060>"));
    CHECK(leaves_with("c=IN IP4 10.0.0.7"));
    CHECK(call("replace", {"nosuch", "x"}) == -1);
    CHECK(call("replace_body", {"10\\.0\\.0\\.7", "\\1"}) == 1);  // no back-references: the text as it is
    CHECK(leaves_with("c=IN IP4 \\1\r\n"));
}

TEST_CASE_METHOD(Fixture, "replace_all changes every match", "[textops]")
{
    CHECK(call("replace_all", {"10\\.0\\.0\\.7", "192.0.2.99"}) == 1);
    CHECK(leaves_with("Contact: <sip:alice@192.0.2.99:5060>"));
    CHECK(leaves_with("c=IN IP4 192.0.2.99\r\n"));
    CHECK(call("replace_all", {"nosuch", ""}) == -1);
}

TEST_CASE_METHOD(Fixture, "replace_body_all stays in the body", "[textops]")
{
    CHECK(call("replace_body_all", {"^a=.*\r\n", ""}) == 1);
    CHECK(env.edited(*message).ends_with("\r\n\r\nv=0\r\nc=IN IP4 10.0.0.7\r\nm=audio 49170 RTP/AVP 0\r\n"));
    CHECK(leaves_with("X-Note: one\r\n"));
}

TEST_CASE_METHOD(Fixture, "an empty match ends nothing up in a loop", "[textops]")
{
    CHECK(call("replace_body_all", {"z*", "x"}) == -1);
    CHECK(leaves_unchanged());
    CHECK(call("replace_body_all", {"7*", "S"}) == 1);
    CHECK(leaves_with("c=IN IP4 10.0.0.S\r\nm=audio 491S0"));
}

TEST_CASE_METHOD(Fixture, "Content-Length follows a body that textops changed", "[textops]")
{
    CHECK(call("replace_body", {"a=two\r\n", ""}) == 1);
    const std::string sent = forwarded();
    const std::size_t length = message->sip().body().size() - 7;
    CHECK(sent.find("Content-Length: " + std::to_string(length) + "\r\n") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "subst minds the case and knows groups", "[textops]")
{
    CHECK(call("subst", {"/^x-note: (.*)$/X-Was: \\1/"}) == -1);
    CHECK(call("subst", {"/^X-Note: (one|two)/X-Was: \\1 of $fU/g"}) == 1);
    CHECK(leaves_with("X-Was: one of alice\r\nX-Was: two of alice\r\n"));
    CHECK(call("subst", {"/x*/y/"}) == -1);
    CHECK(textops.refusal("subst", {"/a/b"}).find("a delimiter is missing") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "subst_body", "[textops]")
{
    CHECK(call("subst_body", {"/^a=(.*)\r$/b=\\1\r/g"}) == 1);
    CHECK(env.edited(*message).ends_with("\r\nb=one\r\nb=two\r\n"));
    CHECK(call("subst_body", {"/X-Note/x/"}) == -1);
    message = env.request();
    CHECK(call("subst_body", {"/.*/x/"}) == -1);
}

TEST_CASE_METHOD(Fixture, "subst_uri and subst_user change the Request-URI in force", "[textops]")
{
    CHECK(call("subst_uri", {"/^sip:([^@]*)@example.test$/sip:\\1@192.0.2.9;was=$rd/"}) == 1);
    CHECK(message->uri() == "sip:bob@192.0.2.9;was=example.test");
    CHECK(call("subst_user", {"/o/0/"}) == 1);
    CHECK(message->uri() == "sip:b0b@192.0.2.9;was=example.test");
    CHECK(call("subst_user", {"/192/x/"}) == -1);
    CHECK(call("subst_uri", {"/nosuch/x/"}) == -1);
    CHECK(call("subst_uri", {"/b0b/a b/"}) == -1);  // no URI may hold a blank
    CHECK(message->uri() == "sip:b0b@192.0.2.9;was=example.test");

    message = env.request("sip:example.test");
    CHECK(call("subst_user", {"/x/y/"}) == -1);
    message = env.reply(200, "OK");
    CHECK(call("subst_uri", {"/.+/sip:x@y/"}) == -1);
    CHECK(call("subst_user", {"/.+/x/"}) == -1);
}
