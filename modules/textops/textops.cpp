// textops: search and change the text of a message; put headers in, take them out, ask for them.
//
// Searches see the message as it was received. Changes are edits: they are carried out when the message
// leaves, and two that touch the same bytes do not add up.
#include <ctime>

#include "core/base/log.h"
#include "core/module/module.h"
#include "core/script/regex.h"
#include "core/script/subst.h"
#include "core/script/uri_rewrite.h"
#include "modules/textops/body_type.h"
#include "modules/textops/header_name.h"
#include "modules/textops/method_set.h"
#include "modules/textops/privacy.h"

namespace junctor::textops
{

namespace
{

using script::Format;
using script::Regex;
using script::SubstExpression;

constexpr Code yes{1}, no{-1};
constexpr std::size_t max_expanded = 1023;  // bytes of a text with variables

// Parts of the received message that functions work on.
std::string_view everything(const sip::Message& message)
{
    return message.bytes();
}

std::string_view after_first_line(const sip::Message& message)
{
    return message.bytes().substr(message.headers_offset());
}

std::string_view body(const sip::Message& message)
{
    return message.body();
}

using Area = std::string_view (*)(const sip::Message&);

// RFC 3261 §20.17: in English whatever the locale.
std::string date_header(std::int64_t unix_seconds)
{
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t time = unix_seconds;
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    return fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                       days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                       months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                       utc.tm_min, utc.tm_sec);
}

}  // namespace

class Textops final : public Module
{
public:
    static void declare(Declaration<Textops>& d);

private:
    template <Area area>
    Code search(Message& message, const Regex& pattern);
    template <Area area>
    Code search_append(Message& message, const Regex& pattern, const std::string& text);
    template <Area area>
    Code replace(Message& message, const Regex& pattern, const std::string& text);
    template <Area area>
    Code replace_all(Message& message, const Regex& pattern, const std::string& text);
    template <Area area>
    Code subst(Message& message, const SubstExpression& expression);
    Code subst_uri(Message& message, const SubstExpression& expression);
    Code subst_user(Message& message, const SubstExpression& expression);

    Code append_header(Message& message, const Format& text);
    Code append_after_header(Message& message, const Format& text, const HeaderName& name);
    Code insert_header(Message& message, const Format& text);
    Code insert_before_header(Message& message, const Format& text, const HeaderName& name);
    Code append_uri_header(Message& message, const std::string& prefix, const std::string& suffix);
    Code append_to_reply(Message& message, const Format& text);
    Code append_time(Message& message);
    Code remove_headers(Message& message, const HeaderName& name);
    Code is_present(Message& message, const HeaderName& name);

    Code is_method(Message& message, const MethodSet& methods);
    Code has_body(Message& message);
    Code has_body_of(Message& message, const BodyType& type);
    Code is_privacy(Message& message, const PrivacyValue& value);
};

void Textops::declare(Declaration<Textops>& d)
{
    using enum Route;
    constexpr RouteMask on_message = Request | Failure | OnReply | Branch;

    d.function("search", &Textops::search<everything>, on_message, "the pattern to look for in the message");
    d.function("search_body", &Textops::search<body>, on_message, "the pattern to look for in the body");
    d.function("search_append", &Textops::search_append<after_first_line>, on_message,
               "the pattern, and the text to put behind its first match after the first line");
    d.function("search_append_body", &Textops::search_append<body>, on_message,
               "the pattern, and the text to put behind its first match in the body");
    d.function("replace", &Textops::replace<after_first_line>, on_message,
               "the pattern, and what its first match after the first line becomes");
    d.function("replace_body", &Textops::replace<body>, on_message,
               "the pattern, and what its first match in the body becomes");
    d.function("replace_all", &Textops::replace_all<after_first_line>, on_message,
               "the pattern, and what each match after the first line becomes");
    d.function("replace_body_all", &Textops::replace_all<body>, on_message,
               "the pattern, and what each match in the body becomes");

    d.function("subst", &Textops::subst<after_first_line>, on_message,
               "/pattern/replacement/flags for what stands after the first line");
    d.function("subst_body", &Textops::subst<body>, on_message, "/pattern/replacement/flags for the body");
    d.function("subst_uri", &Textops::subst_uri, on_message,
               "/pattern/replacement/flags for the Request-URI");
    d.function("subst_user", &Textops::subst_user, on_message,
               "/pattern/replacement/flags for the Request-URI's user");

    d.function("append_hf", &Textops::append_header, on_message,
               "the header line to put behind the last one");
    d.function("append_hf", &Textops::append_after_header, on_message,
               "the header line, and the name of the header to put it behind");
    d.function("insert_hf", &Textops::insert_header, on_message,
               "the header line to put before the first one");
    d.function("insert_hf", &Textops::insert_before_header, on_message,
               "the header line, and the name of the header to put it before");
    d.function("append_urihf", &Textops::append_uri_header, {Request, Failure, Branch},
               "what stands before and behind the received Request-URI in a new header line");
    d.function("append_to_reply", &Textops::append_to_reply, {Request, Branch, Error},
               "the header line that each of our replies to this request gets");
    d.function("append_time", &Textops::append_time, {Request, Failure, Branch},
               "gives our replies to this request a Date header");
    d.function("remove_hf", &Textops::remove_headers, on_message, "the name of the headers to take out");
    d.function("is_present_hf", &Textops::is_present, on_message, "the name of the header to look for");

    d.function("is_method", &Textops::is_method, on_message, "a method, or several: INVITE|ACK");
    d.function("has_body", &Textops::has_body, on_message, "is there a body?");
    d.function("has_body", &Textops::has_body_of, on_message,
               "the media type of the body, as in application/sdp");
    d.function("is_privacy", &Textops::is_privacy, on_message,
               "user, header, session, none, critical, id or history");
}

template <Area area>
Code Textops::search(Message& message, const Regex& pattern)
{
    const std::string_view text = area(message.sip());
    return !text.empty() && pattern.matches(text) ? yes : no;
}

template <Area area>
Code Textops::search_append(Message& message, const Regex& pattern, const std::string& text)
{
    const std::string_view subject = area(message.sip());
    Regex::Groups groups;
    if (subject.empty() || !pattern.find(subject, groups)) return no;
    message.edits.insert(message.sip().offset_of(groups[0]) + groups[0].size(), text);
    return yes;
}

template <Area area>
Code Textops::replace(Message& message, const Regex& pattern, const std::string& text)
{
    const std::string_view subject = area(message.sip());
    Regex::Groups groups;
    if (subject.empty() || !pattern.find(subject, groups)) return no;
    message.edits.replace(message.sip().offset_of(groups[0]), groups[0].size(), text);
    return yes;
}

// An empty match is passed over: replacing nothing at every place would not end.
template <Area area>
Code Textops::replace_all(Message& message, const Regex& pattern, const std::string& text)
{
    const std::string_view subject = area(message.sip());
    Regex::Groups groups;
    bool replaced = false;
    for (std::size_t from = 0; from < subject.size() && pattern.find(subject, groups, from);) {
        const auto offset = static_cast<std::size_t>(groups[0].data() - subject.data());
        from = offset + std::max<std::size_t>(groups[0].size(), 1);
        if (groups[0].empty()) continue;
        message.edits.replace(message.sip().offset_of(groups[0]), groups[0].size(), text);
        replaced = true;
    }
    return replaced ? yes : no;
}

template <Area area>
Code Textops::subst(Message& message, const SubstExpression& expression)
{
    const std::string_view subject = area(message.sip());
    if (subject.empty()) return no;
    const auto found = expression.find(message, subject);
    if (!found) return message.fail(found.error(), no);
    const std::size_t start = message.sip().offset_of(subject);
    for (const auto& [offset, length, text] : *found) message.edits.replace(start + offset, length, text);
    return found->empty() ? no : yes;
}

Code Textops::subst_uri(Message& message, const SubstExpression& expression)
{
    if (!message.is_request()) return no;
    const auto changed = expression.apply(message, message.uri());
    if (!changed) return message.fail(changed.error(), no);
    return *changed && script::rewrite_uri(message, **changed) ? yes : no;
}

Code Textops::subst_user(Message& message, const SubstExpression& expression)
{
    const sip::Uri* uri = message.parsed_uri();
    if (uri == nullptr) return no;
    const auto changed = expression.apply(message, uri->user);
    if (!changed) return message.fail(changed.error(), no);
    return *changed && script::rewrite_user(message, **changed) ? yes : no;
}

namespace
{

// Text without variables may be of any length. Empty: it is too long.
std::optional<std::string> expanded(Message& message, const Format& text)
{
    if (text.is_literal()) return std::string(text.literal_text());
    auto line = text.expand(message, max_expanded);
    if (!line) log_error("textops", "a text is longer than {} bytes once its variables are in", max_expanded);
    return line;
}

Code insert(Message& message, std::size_t offset, const Format& text)
{
    auto line = expanded(message, text);
    if (!line) return no;
    message.edits.insert(offset, std::move(*line));
    return yes;
}

std::size_t start_of(const sip::Message& message, const sip::Header& header)
{
    return message.offset_of(header.line);
}

}  // namespace

Code Textops::append_header(Message& message, const Format& text)
{
    return insert(message, message.sip().headers_end(), text);
}

Code Textops::append_after_header(Message& message, const Format& text, const HeaderName& name)
{
    const sip::Header* header = name.first_in(message.sip());
    if (header == nullptr) return append_header(message, text);
    return insert(message, start_of(message.sip(), *header) + header->line.size(), text);
}

Code Textops::insert_header(Message& message, const Format& text)
{
    return insert(message, message.sip().headers_offset(), text);
}

Code Textops::insert_before_header(Message& message, const Format& text, const HeaderName& name)
{
    const sip::Header* header = name.first_in(message.sip());
    if (header == nullptr) return insert_header(message, text);
    return insert(message, start_of(message.sip(), *header), text);
}

Code Textops::append_uri_header(Message& message, const std::string& prefix, const std::string& suffix)
{
    std::string line = prefix;
    line.append(message.sip().request_uri()).append(suffix);
    message.edits.append_header(message.sip(), std::move(line));
    return yes;
}

Code Textops::append_to_reply(Message& message, const Format& text)
{
    const auto line = expanded(message, text);
    if (!line) return no;
    message.reply_headers += *line;
    return yes;
}

Code Textops::append_time(Message& message)
{
    message.reply_headers += date_header(message.environment().worker.clock().unix_seconds());
    return yes;
}

Code Textops::remove_headers(Message& message, const HeaderName& name)
{
    const sip::Header* header = name.first_in(message.sip());
    if (header == nullptr) return no;
    for (; header != nullptr; header = message.sip().next(*header))
        message.edits.remove_header(message.sip(), *header);
    return yes;
}

Code Textops::is_present(Message& message, const HeaderName& name)
{
    return name.first_in(message.sip()) != nullptr ? yes : no;
}

Code Textops::is_method(Message& message, const MethodSet& methods)
{
    return methods.contains(message.sip()) ? yes : no;
}

Code Textops::has_body(Message& message)
{
    return has_body_of(message, BodyType{});
}

Code Textops::has_body_of(Message& message, const BodyType& type)
{
    return type.is_in(message.sip()) ? yes : no;
}

Code Textops::is_privacy(Message& message, const PrivacyValue& value)
{
    return value.is_asked_for(message.sip()) ? yes : no;
}

}  // namespace junctor::textops

JUNCTOR_MODULE(junctor::textops::Textops)
