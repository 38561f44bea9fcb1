#include "modules/registrar/targets.h"

#include "core/base/log.h"

namespace junctor::registrar
{

namespace
{

void lead_to(script::Target& target, const usrloc::Binding& binding)
{
    target.uri = binding.uri();
    if (!binding.path().empty()) {
        target.path = binding.path();
        if (const auto first = sip::NameAddr::parse(sip::first_list_element(binding.path())))
            target.destination_uri = first->uri_text;
    } else if (!binding.received().empty()) {
        target.destination_uri = binding.received();
    }
    target.q = binding.q();
    target.flags |= binding.cflags();
    if (binding.socket() != nullptr) target.socket = binding.socket();
}

}  // namespace

Found to_targets(script::Message& message, std::span<const usrloc::BindingPtr> bindings, std::int64_t now,
                 const Settings& settings)
{
    const auto method = static_cast<std::uint32_t>(message.sip().transaction_method());
    bool any_valid = false, any_target = false;
    for (const auto& binding : bindings) {
        if (!binding->is_valid(now)) continue;
        any_valid = true;
        if (settings.method_filtering && (binding->methods() & method) == 0) continue;
        if (!any_target) {
            any_target = true;
            lead_to(message.target(), *binding);
            message.set_uri(std::string(binding->uri()));
            if (!settings.append_branches) break;
            continue;
        }
        script::Target branch;
        lead_to(branch, *binding);
        if (!message.append_branch(std::move(branch))) {
            log_warning("registrar", "more contacts than branches: {} and what follows is not called",
                        binding->uri());
            break;
        }
    }
    if (any_target) return Found::Targets;
    return any_valid ? Found::NoContactForMethod : Found::NoContact;
}

}  // namespace junctor::registrar
