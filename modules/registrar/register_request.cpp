#include "modules/registrar/register_request.h"

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/transport/find_socket.h"
#include "modules/registrar/aor.h"

namespace junctor::registrar
{

namespace
{

constexpr std::size_t max_column = 255;  // of contact, received, callid
constexpr std::uint32_t one_hour = 3600;

bool is_text(std::string_view bytes)
{
    return is_utf8(bytes) && bytes.find('\0') == bytes.npos;
}

std::uint32_t methods_in(std::string_view list)
{
    std::uint32_t methods = 0;
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (const auto name = trim(list.substr(0, comma)); !name.empty())
            methods |= static_cast<std::uint32_t>(sip::method_from_any_case(name));
        list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
    }
    return methods;
}

std::uint32_t allowed_methods(const sip::Message& message)
{
    const sip::Header* header = message.first(sip::HeaderType::Allow);
    if (header == nullptr) return sip::all_methods;
    std::uint32_t methods = 0;
    for (; header != nullptr; header = message.next(*header)) methods |= methods_in(header->value);
    return methods;
}

// The socket that a header names, if the script has asked for that; else the one that the request came in by.
const transport::ListenSocket* socket_of(script::Message& message, const Settings& settings)
{
    const transport::ListenSocket* receiving = message.flow().socket;
    if (settings.sock_flag < 0 || (message.flags & (1U << settings.sock_flag)) == 0) return receiving;
    const sip::Header* header = message.sip().first(settings.sock_hdr_name);
    if (header == nullptr) return receiving;
    const auto named = transport::SocketName::parse(header->value);
    if (!named) return receiving;
    const auto* local = transport::find_socket(message.environment().transport.sockets(), named->protocol,
                                               named->host, named->port);
    return local != nullptr ? local : receiving;
}

}  // namespace

OrRefusal<void> RegisterRequest::read(script::Message& message, const Settings& settings, std::uint32_t flags)
{
    sip_ = message.sip_ptr();
    const sip::CSeq* cseq = sip_->cseq();
    if (cseq == nullptr) return refuse(refusal::cseq_missing);
    registration.call_id = sip_->call_id();
    if (registration.call_id.empty()) return refuse(refusal::call_id_missing);
    if (registration.call_id.size() > max_column) return refuse(refusal::long_call_id);
    if (!is_text(registration.call_id)) return refuse(refusal::call_id_not_text);
    auto aor = aor_of_to(message, settings);
    if (!aor) return refuse(aor.error());
    if (!is_text(*aor)) return refuse(refusal::aor_not_text);
    aor_ = std::move(*aor);
    registration.aor = aor_;
    registration.cseq = cseq->number;
    registration.now = message.environment().worker.clock().unix_seconds();
    registration.max_contacts = static_cast<unsigned>(std::max(settings.max_contacts, 0));

    if (settings.use_path) {
        auto found = Path::of(*sip_);
        if (!found) return refuse(found.error());
        path = std::move(*found);
        if (!is_text(path.vector)) return refuse(refusal::path_not_text);
        // §5.3 of RFC 3327. Before anything is stored: a UA that does not know Path would be unreachable.
        if (settings.path_mode == 2 && !path.vector.empty() && !supports_path(*sip_))
            return refuse(refusal::path_unsupported);
    }
    common_.flags = flags;
    read_common_fields(message, settings);
    return read_contacts(settings);
}

void RegisterRequest::read_common_fields(script::Message& message, const Settings& settings)
{
    common_.methods = allowed_methods(*sip_);
    common_.cflags = message.target().flags;
    common_.socket = socket_of(message, settings);
    common_.path = path.vector;
    const sip::Header* agent = sip_->first(sip::HeaderType::UserAgent);
    const bool usable = agent != nullptr && !agent->value.empty() && agent->value.size() < max_column &&
                        is_text(agent->value);
    common_.user_agent = usable ? agent->value : std::string_view("n/a");

    received_ = avp_text(message, settings.received_avp);
    if (received_.size() > max_column || !is_text(received_)) received_.clear();
    if (settings.path_use_received && !path.received.empty()) common_.cflags |= settings.nat_flag;
}

OrRefusal<void> RegisterRequest::read_contacts(const Settings& settings)
{
    std::size_t stars = 0;
    for (const auto* header = sip_->first(sip::HeaderType::Contact); header != nullptr;
         header = sip_->next(*header)) {
        if (header->value == "*") {
            ++stars;
            continue;
        }
        const auto list = sip::parse_name_addr_list(header->value);
        if (!list) return refuse(refusal::bad_contact);
        for (const sip::NameAddr& address : *list)
            if (auto contact = read_contact(address, settings); !contact) return contact;
    }
    if (stars == 0) return {};
    // §10.3 step 6. A missing Expires is no zero: the default would count.
    if (stars > 1 || !registration.contacts.empty()) return refuse(refusal::star_with_others);
    if (sip_->expires() != 0U) return refuse(refusal::star_with_expires);
    registration.remove_all = true;
    return {};
}

std::uint32_t RegisterRequest::expires_of(const sip::Contact& contact, const Settings& settings) const
{
    if (contact.expires) return *contact.expires;
    return sip_->expires().value_or(static_cast<std::uint32_t>(std::max(settings.default_expires, 0)));
}

OrRefusal<void> RegisterRequest::read_contact(const sip::NameAddr& address, const Settings& settings)
{
    const auto contact = sip::Contact::of(address);
    if (!contact) return refuse(refusal::bad_q);
    usrloc::BindingFields fields = common_;
    fields.uri = address.uri_text;
    const auto received = address.param("received");
    // In order of trust: what an edge proxy saw, what the UA (or a proxy before us) wrote, what the script
    // found.
    if (settings.path_use_received && !path.received.empty())
        fields.received = path.received;
    else if (received && !unquoted(received->value).empty())
        fields.received = unquoted(received->value);
    else
        fields.received = received_;
    if (fields.uri.size() > max_column || fields.received.size() > max_column)
        return refuse(refusal::long_contact);
    if (!is_text(fields.uri) || !is_text(fields.received)) return refuse(refusal::contact_not_text);

    if (const auto methods = address.param("methods")) fields.methods = methods_in(unquoted(methods->value));
    fields.q = contact->q.value_or(settings.default_q);

    std::uint32_t expires = expires_of(*contact, settings);
    const bool remove = expires == 0;
    const auto least = static_cast<std::uint32_t>(std::max(settings.min_expires, 0));
    const auto most = static_cast<std::uint32_t>(std::max(settings.max_expires, 0));
    if (!remove && expires < least) {
        // §10.3 step 7: 423 is for intervals of less than an hour.
        if (settings.refuse_short_expires && expires < one_hour) return refuse(refusal::short_expires);
        expires = least;
    }
    if (!remove && most != 0) expires = std::min(expires, most);
    fields.expires = registration.now + expires;
    registration.contacts.push_back({fields, remove});
    return {};
}

}  // namespace junctor::registrar
