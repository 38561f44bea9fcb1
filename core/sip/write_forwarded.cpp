// Requests and responses on their way through: RFC 3261 §16.6, §16.7. Only what a
// proxy has to change is changed.
#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "core/sip/scan.h"
#include "core/sip/write.h"
#include "core/sip/write_parts.h"

namespace junctor::sip
{
namespace
{

// Something of ours in place of [offset, offset + remove), in message order.
struct Own {
    std::size_t offset = 0;
    std::size_t remove = 0;
    std::string text;
};

void write_all(Splicer& splicer, std::span<const Own> own)
{
    for (const Own& piece : own) {
        splicer.copy_to(piece.offset);
        splicer.add(piece.text);
        splicer.skip_to(piece.offset + piece.remove);
    }
    splicer.copy_rest();
}

// The Via below ours, once it says where the request came from.
std::optional<Own> source_in_via(const Message& request, const ForwardedRequest& how, const Splicer& splicer)
{
    const Via* via = request.top_via();
    if (via == nullptr || !via_needs_source(*via, how.source, how.force_rport)) return {};
    const std::size_t offset = request.offset_of(via->whole);
    if (splicer.removes(offset)) return {};
    Own own{offset, via->whole.size(), {}};
    own.text.reserve(via->whole.size() + 64);
    append_via_with_source(own.text, *via, how.source, how.force_rport);
    return own;
}

}  // namespace

std::string write_forwarded_request(const Message& request, const ForwardedRequest& how, const SendPath& path)
{
    std::string out;
    out.reserve(request.bytes().size() + how.uri.size() + how.route.size() + how.branch.size() +
                256);  // our Via, and received in the one below
    ((((out += request.method()) += ' ') += how.uri) += " SIP/2.0") += crlf;
    // On top of everything, so on top of the route set, whatever the script prepended.
    if (!how.route.empty()) ((out += "Route: ") += how.route) += crlf;

    Splicer splicer(request.bytes(), how.edits, path, out);
    splicer.skip_to(request.headers_offset());

    const Header* via = request.first(HeaderType::Via);
    const std::size_t via_offset = via != nullptr ? request.offset_of(via->line) : request.headers_offset();
    std::vector<Own> own;
    own.reserve(3);
    own.push_back({via_offset, 0, "Via: "});
    (own.back().text += via_value(path.sent_from, how.branch, how.via_params)) += crlf;
    if (auto source = source_in_via(request, how, splicer)) own.push_back(std::move(*source));
    if (auto fix = content_length_fix(request, splicer, is_stream(path.sent_from.protocol)); fix.needed) {
        const auto place =
            std::find_if(own.begin(), own.end(), [&](const Own& o) { return o.offset > fix.offset; });
        own.insert(place, {fix.offset, fix.remove, std::move(fix.text)});
    }
    write_all(splicer, own);
    return out;
}

std::string write_forwarded_response(const Message& response, const Edits* edits, const SendPath& path)
{
    const Header* via = response.first(HeaderType::Via);
    if (via == nullptr) return {};
    Own top{response.offset_of(via->line), via->line.size(), {}};
    if (const std::size_t length = scan::element_length(via->value); length < via->value.size()) {
        const std::string_view below = scan::skip_space(via->value.substr(length + 1));
        top.offset = response.offset_of(via->value);
        top.remove = response.offset_of(below) - top.offset;
    } else if (response.next(*via) == nullptr) {
        return {};
    }
    std::string out;
    out.reserve(response.bytes().size() + 8);  // it is a Via shorter, and is kept for 32 s
    Splicer splicer(response.bytes(), edits, path, out);
    std::vector<Own> own;
    own.reserve(2);
    own.push_back(std::move(top));
    if (auto fix = content_length_fix(response, splicer, is_stream(path.sent_from.protocol)); fix.needed)
        own.insert(fix.offset < own.front().offset ? own.begin() : own.end(),
                   {fix.offset, fix.remove, std::move(fix.text)});
    write_all(splicer, own);
    return out;
}

}  // namespace junctor::sip
