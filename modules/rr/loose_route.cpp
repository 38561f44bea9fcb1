#include "modules/rr/loose_route.h"

namespace junctor::rr
{

namespace
{

bool is_ours(const sip::Uri& uri, const script::LocalNames& local_names)
{
    return uri.is_sip() && local_names.is_myself(uri.host, uri.port.value_or(5060));
}

std::string_view params_with_semicolon(const sip::Uri& uri)
{
    return uri.params.empty() ? uri.params : std::string_view(uri.params.data() - 1, uri.params.size() + 1);
}

// A URI with maddr is reached at that address (§19.1.1); nothing else of it matters to the next hop.
std::string destination_of(const sip::Uri& uri)
{
    const auto maddr = uri.param("maddr");
    if (!maddr || maddr->value.empty()) return std::string(uri.text);
    std::string destination = "sip:";
    destination += maddr->value;
    if (uri.port) destination.append(":").append(std::to_string(*uri.port));
    return destination;
}

class Decider
{
public:
    Decider(std::span<const sip::NameAddr> routes, bool twice, const script::LocalNames& local_names)
        : routes_(routes), twice_(twice), local_names_(local_names)
    {
    }

    // The previous hop is a loose router: the first Route is ours, or is simply the next hop.
    Decision after_loose_router(bool in_dialog)
    {
        const sip::Uri& first = next();
        if (is_ours(first, local_names_)) {
            take_ours(first);
            if (none_left()) {
                result_.routed = in_dialog;  // preloaded and used up: the Request-URI is to be routed afresh
                return result_;
            }
        }
        result_.routed = true;
        if (next().has_param("lr")) {
            result_.destination = destination_of(next());
        } else {  // §16.6 step 6: a strict router wants itself in the Request-URI
            result_.uri_to_route_end = true;
            to_request_uri(next());
            ++result_.taken;
        }
        return result_;
    }

    // §16.4: a strict router put the URI of our Record-Route into the Request-URI; the real one is the last
    // Route.
    Decision after_strict_router(const sip::Uri& request_uri)
    {
        result_.was_ours = true;
        result_.params = params_with_semicolon(request_uri);
        if (twice_ && next().has_param("r2") && is_ours(next(), local_names_)) {
            result_.send_from = &next();
            ++result_.taken;
            if (none_left()) return result_;
        }
        result_.routed = true;
        if (next().has_param("lr")) {
            result_.destination = destination_of(next());
            to_request_uri(routes_.back().uri);
            result_.last_taken = true;
        } else {
            to_request_uri(next());
            ++result_.taken;
        }
        return result_;
    }

private:
    const sip::Uri& next() const { return routes_[result_.taken].uri; }
    bool none_left() const { return result_.taken == routes_.size(); }

    void take_ours(const sip::Uri& uri)
    {
        result_.was_ours = true;
        result_.params = params_with_semicolon(uri);
        ++result_.taken;
        if (twice_ && uri.has_param("r2") && !none_left()) {
            result_.send_from = &next();
            ++result_.taken;
        }
    }

    void to_request_uri(const sip::Uri& uri)
    {
        result_.request_uri = uri.text;
        if (uri.has_param("maddr") && result_.destination.empty()) result_.destination = destination_of(uri);
    }

    std::span<const sip::NameAddr> routes_;
    bool twice_;
    const script::LocalNames& local_names_;
    Decision result_;
};

}  // namespace

Decision decide(const sip::Uri& request_uri, std::span<const sip::NameAddr> routes, bool in_dialog,
                bool twice, const script::LocalNames& local_names)
{
    Decider decider(routes, twice, local_names);
    if (in_dialog && is_ours(request_uri, local_names)) return decider.after_strict_router(request_uri);
    return decider.after_loose_router(in_dialog);
}

}  // namespace junctor::rr
