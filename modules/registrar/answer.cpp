#include "modules/registrar/answer.h"

#include "core/sip/name_addr.h"

namespace junctor::registrar
{

std::string contact_line(std::span<const usrloc::BindingPtr> bindings, std::int64_t now,
                         const Settings& settings)
{
    std::string line;
    if (!bindings.empty()) line.reserve(bindings.size() * (bindings.front()->uri().size() + 48));
    for (const auto& binding : bindings) {
        if (!binding->is_valid(now)) continue;
        // A permanent contact has no end; a UA that finds itself in the list comes back after the usual time.
        const std::int64_t left =
            binding->is_permanent() ? settings.default_expires : binding->expires() - now;
        line.append(line.empty() ? "Contact: <" : ", <").append(binding->uri()) += '>';
        if (binding->q() >= 0) line.append(";q=").append(sip::q_text(binding->q()));
        line.append(";expires=").append(std::to_string(left));
        if (!binding->received().empty() && !settings.received_param.empty())
            line.append(";").append(settings.received_param).append("=\"").append(binding->received()) += '"';
    }
    if (!line.empty()) line += "\r\n";
    return line;
}

std::string refusal_lines(Refusal refusal, const Settings& settings)
{
    std::string lines = "P-Registrar-Error: ";
    lines.append(refusal.text).append("\r\n");
    if (refusal.status >= 500 && refusal.status < 600 && settings.retry_after > 0)
        lines.append("Retry-After: ").append(std::to_string(settings.retry_after)).append("\r\n");
    if (refusal.status == 423)
        lines.append("Min-Expires: ").append(std::to_string(settings.min_expires)).append("\r\n");
    if (refusal.status == 420) lines.append("Unsupported: path\r\n");
    return lines;
}

}  // namespace junctor::registrar
