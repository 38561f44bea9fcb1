// src_port, dst_port, proto, af and msg:len.
#include <fmt/format.h>
#include <sys/socket.h>

#include "core/base/ascii.h"
#include "core/script/condition_kinds.h"

namespace junctor::script
{
namespace
{

using ast::Comparator;
using ast::Literal;
using ast::Subject;

std::int64_t number_of(const Message& message, Subject subject)
{
    const transport::Flow& flow = message.flow();
    switch (subject) {
        case Subject::SrcPort: return flow.remote.port;
        case Subject::DstPort: return flow.socket ? flow.socket->address.port : 0;
        case Subject::Proto: return static_cast<std::int64_t>(flow.protocol());
        case Subject::Af: return flow.remote.ip.is_v6() ? AF_INET6 : AF_INET;
        default: return static_cast<std::int64_t>(message.sip().bytes().size());
    }
}

class NumberTest final : public Test
{
public:
    NumberTest(Subject subject, Comparator comparator, std::int64_t number)
        : subject_(subject), comparator_(comparator), number_(number)
    {
    }

    Truth test(Message& message) const override
    {
        return truth(compare(comparator_, number_of(message, subject_), number_));
    }

private:
    Subject subject_;
    Comparator comparator_;
    std::int64_t number_;
};

Result<std::int64_t> number_in(const ast::Comparison& comparison)
{
    const Literal& right = comparison.right;
    if (comparison.subject == Subject::Proto) {
        const auto protocol = protocol_from(right.text);
        if (!protocol) return refuse(Side::Right, "proto is compared with udp, tcp, tls or any");
        return static_cast<std::int64_t>(*protocol);
    }
    if (comparison.subject == Subject::MsgLen && right.kind == Literal::Kind::Word &&
        right.text == "max_len") {
        return static_cast<std::int64_t>(sip::max_message_size);
    }
    if (right.kind == Literal::Kind::Number) return right.number;
    if (right.kind == Literal::Kind::String) {
        if (const auto number = parse_signed(right.text)) return *number;
    }
    return refuse(Side::Right, fmt::format("{} is compared with {}", comparison.left.text,
                                           comparison.subject == Subject::Af ? "inet or inet6" : "a number"));
}

}  // namespace

Result<TestPtr> bind_number_comparison(const ast::Comparison& comparison)
{
    if (comparison.comparator == Comparator::Match || comparison.comparator == Comparator::NotMatch) {
        return refuse(Side::Operator,
                      fmt::format("{} is a number: it matches no pattern", comparison.left.text));
    }
    const auto number = number_in(comparison);
    if (!number) return fail(number.error());
    return std::make_unique<NumberTest>(comparison.subject, comparison.comparator, *number);
}

}  // namespace junctor::script
