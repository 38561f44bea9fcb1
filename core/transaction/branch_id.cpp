#include "core/transaction/branch_id.h"

#include "core/base/ascii.h"

namespace junctor::transaction
{
namespace
{

constexpr std::string_view prefix = "z9hG4bK.jn";
constexpr std::string_view stateless_prefix = "z9hG4bK.js";

// One dot-separated field off the front; false: not a number of that type.
template <class Number>
bool take_hex(std::string_view& rest, Number& number, bool last)
{
    std::size_t digits = 0;
    int value = 0;
    number = 0;
    for (; digits < rest.size() && (value = hex_value(rest[digits])) >= 0; ++digits) {
        if (number >> (8 * sizeof number - 4) != 0) return false;  // too large
        number = number << 4 | static_cast<Number>(value);
    }
    if (digits == 0) return false;
    rest.remove_prefix(digits);
    if (last) return rest.empty();
    if (!rest.starts_with('.')) return false;
    rest.remove_prefix(1);
    return true;
}

void append(std::string& out, std::string_view part)
{
    out += part;
    out += '\n';  // never part of a token: "a","bc" differs from "ab","c"
}

void append_all(std::string& out, const sip::Message& request, sip::HeaderType type)
{
    for (const sip::Header& header : request.headers())
        if (header.type == type) append(out, header.value);
}

}  // namespace

std::optional<BranchId> BranchId::parse(std::string_view branch)
{
    if (!branch.starts_with(prefix)) return {};
    branch.remove_prefix(prefix.size());
    BranchId id;
    if (!take_hex(branch, id.worker, false) || !take_hex(branch, id.label, false) ||
        !take_hex(branch, id.index, false) || !take_hex(branch, id.loop, true))
        return {};
    return id;
}

std::string BranchId::text() const
{
    std::string out;
    out.reserve(prefix.size() + 40);
    out = prefix;
    append_hex(out, worker);
    append_hex(out += '.', label);
    append_hex(out += '.', index);
    append_hex(out += '.', loop);
    return out;
}

unsigned worker_of_request(const sip::Message& request, unsigned workers)
{
    if (workers <= 1) return 0;
    return static_cast<unsigned>(keyed_hash({}, request.call_id()) % workers);
}

std::optional<unsigned> worker_of_response(std::string_view branch)
{
    const auto id = BranchId::parse(branch);
    if (!id) return {};
    return id->worker;
}

std::uint32_t loop_hash(const sip::Message& request, const transport::Flow& from, const HashKey& key)
{
    std::string text;
    text.reserve(512);
    append(text, request.request_uri());
    append(text, request.call_id());
    append(text, request.from() != nullptr ? request.from()->tag() : std::string_view());
    append(text, request.to() != nullptr ? request.to()->tag() : std::string_view());
    append_hex(text, request.cseq() != nullptr ? request.cseq()->number : 0);
    append_hex(text += '\n', from.socket != nullptr ? from.socket->id : 0);
    const auto& address = from.remote.ip.bytes();
    append(text += '\n', {reinterpret_cast<const char*>(address.data()), address.size()});
    append_all(text, request, sip::HeaderType::Route);
    append_all(text, request, sip::HeaderType::ProxyRequire);
    append_all(text, request, sip::HeaderType::ProxyAuthorization);
    return static_cast<std::uint32_t>(keyed_hash(key, text));
}

bool is_loop(const sip::Message& request, const transport::Flow& from, const HashKey& key)
{
    std::optional<std::uint32_t> hash;  // only if a Via of ours is there at all
    for (const sip::Header& header : request.headers()) {
        if (header.type != sip::HeaderType::Via) continue;
        std::string_view rest = header.value;
        for (std::size_t at = rest.find(prefix); at != std::string_view::npos; at = rest.find(prefix)) {
            rest.remove_prefix(at);
            const std::size_t end = rest.find_first_of(";, \t\r\n");
            const std::string_view branch = rest.substr(0, end);
            if (const auto id = BranchId::parse(branch)) {
                if (!hash) hash = loop_hash(request, from, key);
                if (id->loop == *hash) return true;
            }
            rest.remove_prefix(branch.size());
        }
    }
    return false;
}

std::string stateless_branch(const sip::Message& request)
{
    std::string text;
    const sip::Via* via = request.top_via();
    if (via != nullptr && via->has_cookie()) {
        append(text, via->branch);
        append(text, via->sent_by());
    } else {  // §16.11: of RFC 2543 what a transaction is known by
        if (via != nullptr) append(text, via->whole);
        append(text, request.request_uri());
        append(text, request.call_id());
        append(text, request.from() != nullptr ? request.from()->tag() : std::string_view());
        append_hex(text, request.cseq() != nullptr ? request.cseq()->number : 0);
    }
    std::string out(stateless_prefix);
    append_hex(out, keyed_hash({}, text));
    return out;
}

}  // namespace junctor::transaction
