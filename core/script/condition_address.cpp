// src_ip and dst_ip (config-language.md, 5.3): addresses and networks, patterns over their text, host names
// by DNS.
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/script/condition_kinds.h"

namespace junctor::script
{
namespace
{

using ast::Comparator;
using ast::Literal;
using ast::Subject;

IpAddress address_of(const Message& message, Subject subject)
{
    const transport::Flow& flow = message.flow();
    if (subject == Subject::SrcIp) return flow.remote.ip;
    return flow.socket ? flow.socket->address.ip : IpAddress();
}

class NetworkTest final : public Test
{
public:
    NetworkTest(Subject subject, bool equal, IpAddress network, unsigned bits)
        : subject_(subject), equal_(equal), network_(network), bits_(bits)
    {
    }

    Truth test(Message& message) const override
    {
        return truth(address_of(message, subject_).in_network(network_, bits_) == equal_);
    }

private:
    Subject subject_;
    bool equal_;
    IpAddress network_;
    unsigned bits_;
};

class AddressMyselfTest final : public Test
{
public:
    AddressMyselfTest(Subject subject, bool equal) : subject_(subject), equal_(equal) {}

    Truth test(Message& message) const override
    {
        const std::string ip = address_of(message, subject_).text_in_uri();
        return truth(message.environment().local_names.is_myself(ip, 0) == equal_);
    }

private:
    Subject subject_;
    bool equal_;
};

// "1.2.0.192.in-addr.arpa", RFC 1035 §3.5; "1.0.0...ip6.arpa", RFC 3596 §2.5.
std::string reverse_name(const IpAddress& ip)
{
    std::string name;
    const auto& bytes = ip.bytes();
    if (!ip.is_v6()) {
        for (int i = 3; i >= 0; --i) name += fmt::format("{}.", bytes[static_cast<std::size_t>(i)]);
        return name + "in-addr.arpa";
    }
    for (int i = 15; i >= 0; --i) {
        const unsigned byte = bytes[static_cast<std::size_t>(i)];
        name += fmt::format("{:x}.{:x}.", byte & 15, byte >> 4);
    }
    return name + "ip6.arpa";
}

// A pattern matches the address or one of the names it has; a host name equals the address if it resolves to
// it or is one of its names. DNS is asked at each evaluation, awaited.
class NameTest final : public Test
{
public:
    NameTest(Subject subject, Comparator comparator, TextPattern pattern, std::string host)
        : subject_(subject),
          equal_(comparator == Comparator::Equal || comparator == Comparator::Match),
          pattern_(std::move(pattern)),
          host_(std::move(host))
    {
    }

    Truth test(Message& message) const override
    {
        if (pattern_.holds(address_of(message, subject_).text())) return truth(equal_);
        return Truth::Waits;
    }

    Task<Truth> test_waiting(Message& message) const override
    {
        transport::DnsClient& dns = message.environment().dns;
        const IpAddress ip = address_of(message, subject_);
        if (!host_.empty()) {
            const auto type = ip.is_v6() ? transport::DnsType::Aaaa : transport::DnsType::A;
            const auto found = co_await dns.query(host_, type);
            if (!found) log_warning("script", "{}: {}", host_, found.error().text);
            if (found) {
                for (const auto& address : found->addresses) {
                    if (address == ip) co_return truth(equal_);
                }
            }
        }
        const auto names = co_await dns.query(reverse_name(ip), transport::DnsType::Ptr);
        if (!names) co_return truth(!equal_);  // an address without a name is not that host
        for (const auto& name : names->names) {
            if (pattern_.holds(name)) co_return truth(equal_);
        }
        co_return truth(!equal_);
    }

private:
    Subject subject_;
    bool equal_;
    TextPattern pattern_;  // as of == or =~: `equal_` turns the answer round
    std::string host_;     // to resolve; empty: a pattern
};

// A network in quotes: "10.0.0.0/8" cannot be meant as a host.
std::optional<std::pair<IpAddress, unsigned>> quoted_network(std::string_view text)
{
    const auto slash = text.find('/');
    const auto ip = IpAddress::parse(text.substr(0, slash));
    if (!ip) return std::nullopt;
    const unsigned whole = ip->is_v6() ? 128 : 32;
    if (slash == text.npos) return std::pair(*ip, whole);
    const auto bits = parse_unsigned(text.substr(slash + 1), whole);
    if (!bits) return std::nullopt;
    return std::pair(*ip, static_cast<unsigned>(*bits));
}

}  // namespace

Result<TestPtr> bind_address_comparison(const ast::Comparison& comparison)
{
    const Literal& right = comparison.right;
    const bool pattern =
        comparison.comparator == Comparator::Match || comparison.comparator == Comparator::NotMatch;
    if (!pattern) {
        if (const auto equal = equality(comparison); !equal) return fail(equal.error());
    }
    const bool equal = comparison.comparator == Comparator::Equal;
    if (is_myself(right)) {
        if (pattern) return refuse(Side::Operator, "myself is no pattern: use == or !=");
        return std::make_unique<AddressMyselfTest>(comparison.subject, equal);
    }
    if (right.kind == Literal::Kind::Ip) {
        if (pattern) return refuse(Side::Right, "a pattern goes in quotes");
        return std::make_unique<NetworkTest>(comparison.subject, equal, right.ip, right.mask_bits);
    }
    if (right.kind != Literal::Kind::String && right.kind != Literal::Kind::Word) {
        return refuse(Side::Right, fmt::format("{} is compared with an address, a network, a host or myself",
                                               comparison.left.text));
    }
    if (const auto network = quoted_network(right.text); network && !pattern) {
        return std::make_unique<NetworkTest>(comparison.subject, equal, network->first, network->second);
    }
    auto text = TextPattern::make(pattern ? Comparator::Match : Comparator::Equal, right.text);
    if (!text) return fail(text.error());
    return std::make_unique<NameTest>(comparison.subject, comparison.comparator, std::move(*text),
                                      pattern ? "" : right.text);
}

}  // namespace junctor::script
