#include "core/script/uri_rewrite.h"

#include "core/sip/uri.h"

namespace junctor::script
{

namespace
{

struct Parts {
    std::string_view prefix, user, password, host, port, params, headers;
    bool has_password = false;

    std::string write() const
    {
        std::string uri = "sip:";
        uri.reserve(uri.size() + prefix.size() + user.size() + password.size() + host.size() + port.size() +
                    params.size() + headers.size() + 8);
        if (!prefix.empty() || !user.empty()) {
            uri.append(prefix).append(user);
            if (has_password) uri.append(":").append(password);
            uri += '@';
        }
        uri.append(host);
        if (!port.empty()) uri.append(":").append(port);
        if (!params.empty()) uri.append(";").append(params);
        if (!headers.empty()) uri.append("?").append(headers);
        return uri;
    }
};

std::optional<Parts> take_apart(Message& message)
{
    const sip::Uri* uri = message.parsed_uri();
    if (uri == nullptr || uri->scheme == sip::Uri::Scheme::Other) return {};
    Parts parts;
    parts.user = uri->user;
    parts.password = uri->password;
    parts.has_password = uri->has_password;
    parts.host = uri->host;
    parts.port = uri->port_text;
    parts.params = uri->params;
    parts.headers = uri->headers;
    return parts;
}

template <class Change>
bool rewrite(Message& message, Change change)
{
    std::optional<Parts> parts = take_apart(message);
    if (!parts) return false;
    change(*parts);
    return rewrite_uri(message, parts->write());
}

}  // namespace

bool rewrite_uri(Message& message, std::string_view uri)
{
    if (uri.empty() || uri.size() > sip::max_uri_length) return false;
    const auto breaks_line = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
    if (std::any_of(uri.begin(), uri.end(), breaks_line)) return false;
    message.set_uri(std::string(uri));
    return true;
}

bool rewrite_host(Message& message, std::string_view host)
{
    return rewrite(message, [&](Parts& parts) { parts.host = host; });
}

bool rewrite_host_port(Message& message, std::string_view host_port)
{
    return rewrite(message, [&](Parts& parts) {
        parts.host = host_port;
        parts.port = {};
    });
}

bool rewrite_port(Message& message, std::string_view port)
{
    return rewrite(message, [&](Parts& parts) { parts.port = port; });
}

bool rewrite_user(Message& message, std::string_view user)
{
    return rewrite(message, [&](Parts& parts) { parts.user = user; });
}

bool rewrite_user_password(Message& message, std::string_view user)
{
    return rewrite(message, [&](Parts& parts) {
        parts.user = user;  // a password in it comes along as it stands
        parts.has_password = false;
    });
}

bool prefix_user(Message& message, std::string_view prefix)
{
    return rewrite(message, [&](Parts& parts) { parts.prefix = prefix; });
}

bool strip_user(Message& message, std::size_t count)
{
    return rewrite(message,
                   [&](Parts& parts) { parts.user.remove_prefix(std::min(count, parts.user.size())); });
}

bool strip_user_tail(Message& message, std::size_t count)
{
    return rewrite(message,
                   [&](Parts& parts) { parts.user.remove_suffix(std::min(count, parts.user.size())); });
}

}  // namespace junctor::script
