#include "modules/textops/body_type.h"

#include "core/base/ascii.h"

namespace junctor::textops
{

namespace
{

struct MediaType {
    std::string_view type, subtype;
};

// type/subtype with blanks around the slash (RFC 3261 §25.1); empty if it is none.
std::optional<MediaType> media_type(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return {};
    const MediaType media{trim(text.substr(0, slash)), trim(text.substr(slash + 1))};
    for (const std::string_view part : {media.type, media.subtype})
        if (part.empty() || !std::all_of(part.begin(), part.end(), is_token_char)) return {};
    return media;
}

}  // namespace

bool BodyType::is_in(const sip::Message& message) const
{
    if (message.body().empty() || message.content_length().value_or(0) == 0) return false;
    if (type.empty()) return true;
    const sip::Header* header = message.first(sip::HeaderType::ContentType);
    const std::string_view value = header == nullptr ? "application/sdp" : header->value;
    const auto media = media_type(value.substr(0, value.find(';')));
    return media && iequals(media->type, type) && iequals(media->subtype, subtype);
}

}  // namespace junctor::textops

namespace junctor::script
{

Result<textops::BodyType> ArgumentType<textops::BodyType>::parse(const Argument& argument, BindContext&)
{
    if (argument.text.empty()) return textops::BodyType{};
    const auto media = textops::media_type(argument.text);
    if (!media) return fail("one media type was expected, such as application/sdp, without parameters");
    return textops::BodyType{std::string(media->type), std::string(media->subtype)};
}

}  // namespace junctor::script
