// A REGISTER as the registrar reads it: RFC 3261 §10.3 steps 5 to 7 up to where the location service takes
// over.
#pragma once

#include <string>
#include <string_view>

#include "core/script/message.h"
#include "modules/registrar/path.h"
#include "modules/registrar/refusal.h"
#include "modules/registrar/settings.h"
#include "modules/usrloc/usrloc.h"

namespace junctor::registrar
{

// Stays where it was made: `registration` points into it and into the message's bytes, which it keeps.
class RegisterRequest
{
public:
    RegisterRequest() = default;
    RegisterRequest(const RegisterRequest&) = delete;
    RegisterRequest& operator=(const RegisterRequest&) = delete;

    // `flags`: of the bindings (usrloc::memory_only).
    OrRefusal<void> read(script::Message& message, const Settings& settings, std::uint32_t flags);

    usrloc::Registration registration;
    Path path;
    bool is_query() const { return !registration.remove_all && registration.contacts.empty(); }

private:
    OrRefusal<void> read_contacts(const Settings& settings);
    OrRefusal<void> read_contact(const sip::NameAddr& address, const Settings& settings);
    void read_common_fields(script::Message& message, const Settings& settings);
    std::uint32_t expires_of(const sip::Contact& contact, const Settings& settings) const;

    sip::MessagePtr sip_;
    std::string aor_, received_;
    usrloc::BindingFields common_;  // what all contacts of the request share
};

}  // namespace junctor::registrar
