#include "core/sip/edits.h"

#include <catch2/catch.hpp>

#include "test/unit/sip/sample.h"

using namespace junctor;
using namespace junctor::sip;
using sample::parsed;
using sample::with;

namespace
{

std::string applied(const Edits& edits, std::string_view source)
{
    std::string out;
    edits.apply(source, 0, source.size(), {}, out);
    return out;
}

std::string applied(const Edits& edits, const Message& message)
{
    return applied(edits, message.bytes());
}

}  // namespace

TEST_CASE("without edits a text stays as it is", "[sip][edits]")
{
    CHECK(applied({}, "abc") == "abc");
    CHECK(applied({}, "").empty());
}

TEST_CASE("texts at one place come out in call order, those put before in front", "[sip][edits]")
{
    Edits edits;
    edits.insert(1, "1");
    edits.insert(1, "2");
    edits.insert(1, "3", true);
    edits.insert(1, "4", true);
    edits.insert(1, "5");
    edits.insert(0, "<");
    edits.insert(3, ">");
    CHECK(applied(edits, "abc") == "<a43125bc>");
}

TEST_CASE("removing and replacing", "[sip][edits]")
{
    Edits edits;
    edits.replace(4, 1, "EE");
    edits.remove(1, 2);
    edits.insert(1, "-");
    CHECK(applied(edits, "abcdef") == "a-dEEf");

    SECTION("beyond the end nothing happens")
    {
        edits.remove(5, 100);
        edits.insert(99, "!");
        CHECK(applied(edits, "abcdef") == "a-dEE!");
    }
}

TEST_CASE("overlapping removals add up, and the first text in message order wins", "[sip][edits]")
{
    Edits edits;
    SECTION("the same twice")
    {
        edits.remove(1, 2);
        edits.remove(1, 2);
        CHECK(applied(edits, "abcdef") == "adef");
    }
    SECTION("one reaching into the other")
    {
        edits.replace(3, 2, "second");
        edits.replace(1, 3, "first");
        CHECK(applied(edits, "abcdef") == "afirstf");
    }
    SECTION("one within the other")
    {
        edits.replace(2, 1, "inner");
        edits.remove(1, 4);
        CHECK(applied(edits, "abcdef") == "af");
    }
    SECTION("two replacements of one place: the one called first")
    {
        edits.replace(1, 2, "X");
        edits.replace(1, 2, "Y");
        CHECK(applied(edits, "abcdef") == "aXdef");
    }
    SECTION("what is inserted inside of a removed part goes with it, at its edges it stays")
    {
        edits.remove(1, 3);
        edits.insert(1, "(");
        edits.insert(2, "lost");
        edits.insert(4, ")");
        edits.remove(2, 1);
        edits.insert(3, "lost");
        CHECK(applied(edits, "abcdef") == "a()ef");
    }
    SECTION("neighbours do not overlap")
    {
        edits.replace(1, 2, "X");
        edits.replace(3, 2, "Y");
        edits.insert(3, "|");
        CHECK(applied(edits, "abcdef") == "aXY|f");
    }
}

TEST_CASE("a part of a message can be written on its own", "[sip][edits]")
{
    Edits edits;
    edits.insert(2, "+");
    edits.remove(3, 2);
    const std::string_view source = "abcdef";
    std::string out;
    edits.apply(source, 0, 2, {}, out);
    CHECK(out == "ab");
    edits.apply(source, 2, 4, {}, out);
    CHECK(out == "ab+c");
    edits.apply(source, 4, 6, {}, out);
    CHECK(out == "ab+cf");
}

TEST_CASE("late texts are asked for when the path is known", "[sip][edits]")
{
    Edits edits;
    edits.insert(1, [](const SendPath& path) { return path.sent_from.host; });
    SendPath path;
    path.sent_from.host = "host.test";
    std::string out;
    edits.apply("ab", 0, 2, path, out);
    CHECK(out == "ahost.testb");
}

TEST_CASE("edits can be taken back", "[sip][edits]")
{
    Edits edits;
    edits.insert(0, "1");
    const std::size_t mark = edits.size();
    edits.insert(0, "2", true);
    edits.remove(0, 1);
    edits.truncate(mark);
    CHECK(applied(edits, "abc") == "1abc");
    edits.truncate(99);
    CHECK(edits.size() == 1);
    edits.clear();
    CHECK(edits.empty());
}

TEST_CASE("the body's growth counts what changes in the body only", "[sip][edits]")
{
    const auto invite = parsed(sample::invite());
    Edits edits;
    edits.append_header(*invite, "X: 1\r\n");
    edits.remove_header(*invite, *invite->first(HeaderType::Contact));
    CHECK(edits.body_growth(*invite, {}) == 0);
    edits.insert(invite->body_offset(), "12345");
    edits.replace(invite->body_offset() + 2, 3, "");
    edits.insert(invite->bytes().size(), [](const SendPath&) { return std::string("12"); });
    CHECK(edits.body_growth(*invite, {}) == 4);
}

TEST_CASE("headers are added at the end and at the front, and taken out", "[sip][edits]")
{
    const auto invite = parsed(sample::invite());
    Edits edits;
    edits.append_header(*invite, "X-Last: 1\r\n");
    edits.append_header(*invite, "X-Last: 2\r\n");
    edits.prepend_header(*invite, std::string("X-First: 1\r\n"));
    edits.prepend_header(*invite, [](const SendPath&) { return std::string("X-First: 2\r\n"); });
    edits.remove_header(*invite, *invite->first("X-Strange"));
    const std::string expected = with(with(with(sample::invite(), "Via:", "X-First: 1\r\nX-First: 2\r\nVia:"),
                                           "\r\n\r\n", "\r\nX-Last: 1\r\nX-Last: 2\r\n\r\n"),
                                      "X-Strange:   kept  as\tit is \r\n", "");
    CHECK(applied(edits, *invite) == expected);
}

TEST_CASE("elements are taken out of a list in any order", "[sip][edits]")
{
    const std::string before =
        "OPTIONS sip:a.test SIP/2.0\r\nRoute: <sip:a>;x=\",\",\r\n <sip:b> ,<sip:c>, <sip:d>\r\nTo: "
        "x\r\n\r\n";
    const auto message = parsed(before);
    const Header& route = *message->first(HeaderType::Route);
    std::vector<std::string_view> elements;
    for (std::string_view rest = route.value; !rest.empty();)
        elements.push_back(first_list_element(rest, &rest));
    REQUIRE(elements.size() == 4);

    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        Edits edits;
        std::vector<bool> gone(4);
        for (std::size_t done = 0; done < 4; ++done) {
            edits.remove_element(*message, route, elements[order[done]]);
            gone[order[done]] = true;
            CAPTURE(order, done);
            const auto after = parsed(applied(edits, *message));
            if (done == 3) {
                CHECK(after->bytes() == "OPTIONS sip:a.test SIP/2.0\r\nTo: x\r\n\r\n");
                continue;
            }
            const auto left = parse_name_addr_list(after->first(HeaderType::Route)->value);
            REQUIRE(left);
            std::size_t at = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                if (gone[i]) continue;
                REQUIRE(at < left->size());
                CHECK(left->at(at++).whole == elements[i]);
            }
            CHECK(at == left->size());
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("an element that is not in the list changes nothing", "[sip][edits]")
{
    const auto message = parsed("OPTIONS sip:a.test SIP/2.0\r\nRoute: <sip:a>\r\n\r\n");
    Edits edits;
    edits.remove_element(*message, *message->first(HeaderType::Route),
                         "<sip:a>");  // another text of the same letters
    CHECK(edits.empty());
}

TEST_CASE("what was inserted at a place can be asked for, in the order it comes out", "[sip][edits]")
{
    Edits edits;
    edits.insert(3, "b");
    edits.insert(3, [](const SendPath&) { return std::string("c"); });
    edits.insert(3, "a", true);
    edits.insert(4, "elsewhere");
    edits.replace(3, 2, "not inserted");
    CHECK(edits.inserted_at(3, {}) == "abc");
    CHECK(edits.inserted_at(0, {}).empty());
}
