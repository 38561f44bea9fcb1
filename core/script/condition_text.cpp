// method, uri (status), from_uri and to_uri: their texts, and whether a URI is ours.
#include <fmt/format.h>

#include "core/script/condition_kinds.h"

namespace junctor::script
{
namespace
{

using ast::Literal;
using ast::Subject;

const sip::NameAddr* address_of(Message& message, Subject subject)
{
    const bool from = subject == Subject::FromUri;
    const sip::NameAddr* address = from ? message.sip().from() : message.sip().to();
    if (!address) message.set_parse_error(from ? "From does not parse" : "To does not parse", "Bad header");
    return address;
}

// In a reply `method` is the first word of its first line, and uri its status: as in OpenSER.
std::optional<std::string_view> text_of(Message& message, Subject subject, std::string& scratch)
{
    switch (subject) {
        case Subject::Method:
            return message.is_request() ? message.sip().method() : std::string_view("SIP/2.0");
        case Subject::Uri:
            if (message.is_request()) return message.uri();
            scratch = std::to_string(message.sip().status());
            return scratch;
        default: {
            const sip::NameAddr* address = address_of(message, subject);
            if (!address) return std::nullopt;
            return address->uri_text;
        }
    }
}

class TextTest final : public Test
{
public:
    TextTest(Subject subject, TextPattern pattern) : subject_(subject), pattern_(std::move(pattern)) {}

    Truth test(Message& message) const override
    {
        std::string scratch;
        const auto text = text_of(message, subject_, scratch);
        return text ? truth(pattern_.holds(*text)) : Truth::Error;
    }

private:
    Subject subject_;
    TextPattern pattern_;
};

class MyselfTest final : public Test
{
public:
    MyselfTest(Subject subject, bool equal) : subject_(subject), equal_(equal) {}

    Truth test(Message& message) const override
    {
        if (subject_ == Subject::Uri) {
            const sip::Uri* uri = message.parsed_uri();
            return uri ? compare(message, *uri) : Truth::Error;
        }
        const sip::NameAddr* address = address_of(message, subject_);
        return address ? compare(message, address->uri) : Truth::Error;
    }

private:
    Truth compare(Message& message, const sip::Uri& uri) const
    {
        constexpr std::uint16_t default_port = 5060;  // of sips, too: as in OpenSER
        return truth(message.environment().local_names.is_myself(uri.host, uri.port.value_or(default_port)) ==
                     equal_);
    }

    Subject subject_;
    bool equal_;
};

}  // namespace

Result<TestPtr> bind_text_comparison(const ast::Comparison& comparison)
{
    const Literal& right = comparison.right;
    if (is_myself(right)) {
        if (comparison.subject == Subject::Method)
            return refuse(Side::Right, "a method cannot be compared with myself");
        const auto equal = equality(comparison);
        if (!equal) return fail(equal.error());
        return std::make_unique<MyselfTest>(comparison.subject, *equal);
    }
    switch (comparison.comparator) {
        case ast::Comparator::Equal:
        case ast::Comparator::NotEqual:
        case ast::Comparator::Match:
        case ast::Comparator::NotMatch: break;
        default:
            return refuse(Side::Operator,
                          fmt::format("{} is compared with ==, !=, =~ or !~", comparison.left.text));
    }
    if (right.kind == Literal::Kind::Variable) {
        return refuse(Side::Right,
                      fmt::format("{} is compared with a text: for variables write {} {} {}",
                                  comparison.left.text, comparison.subject == Subject::Method ? "$rm" : "$ru",
                                  to_text(comparison.comparator), right.text));
    }
    auto pattern = TextPattern::make(comparison.comparator, right.text);
    if (!pattern) return fail(pattern.error());
    return std::make_unique<TextTest>(comparison.subject, std::move(*pattern));
}

}  // namespace junctor::script
