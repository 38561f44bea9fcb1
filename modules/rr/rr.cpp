// rr: Record-Route in, Route out (RFC 3261 §16.4, §16.6 steps 4 and 6, §16.12).
//
// Nothing is kept beyond a message: what record_route() promised and what loose_route() found lie in the
// message itself.
#include "modules/rr/rr.h"

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/module/module.h"
#include "core/script/regex.h"
#include "core/transport/find_socket.h"
#include "modules/rr/loose_route.h"
#include "modules/rr/record_route.h"

namespace junctor::rr
{

namespace
{

constexpr Code done{1}, failed{-1};
constexpr std::size_t max_params = 512;  // of add_rr_param() before record_route(), together

// What rr knows of one message.
struct Routing {
    std::string pending;                    // add_rr_param() before record_route()
    std::shared_ptr<RecordRoute> inserted;  // shared with the text that is written late; null: none yet
    bool preset = false;                    // record_route_preset() was called
    std::optional<Code> loose_routed;       // the answer of loose_route()
    std::string params;                     // of our URI that it took
};

Routing& routing_of(Message& message)
{
    static const char key = 0;
    return message.extra<Routing>(&key);
}

// One Route header and its values, which stand in `values` from `first` on.
struct RouteHeader {
    const sip::Header* header;
    std::size_t first, count;
};

struct RouteSet {
    std::vector<RouteHeader> headers;
    std::vector<sip::NameAddr> values;

    static Result<RouteSet> of(const sip::Message& message)
    {
        RouteSet set;
        for (const auto* header = message.first(sip::HeaderType::Route); header != nullptr;
             header = message.next(*header)) {
            auto list = sip::parse_name_addr_list(header->value);
            if (!list) return fail(list.error());
            set.headers.push_back({header, set.values.size(), list->size()});
            set.values.insert(set.values.end(), list->begin(), list->end());
        }
        return set;
    }

    // Removes the values before `keep` and from `end` on.
    void remove_outside(std::size_t keep, std::size_t end, const sip::Message& message,
                        sip::Edits& edits) const
    {
        for (const auto& [header, first, count] : headers) {
            const std::size_t last = first + count;
            const std::size_t from = std::max(keep, first), to = std::min(end, last);
            if (from >= to) {
                edits.remove_header(message, *header);
                continue;
            }
            const auto start = [&](std::size_t i) { return message.offset_of(values[i].whole); };
            const auto stop = [&](std::size_t i) { return start(i) + values[i].whole.size(); };
            if (from > first) edits.remove(start(first), start(from) - start(first));
            if (to < last) edits.remove(stop(to - 1), stop(last - 1) - stop(to - 1));
        }
    }
};

}  // namespace

class Rr final : public Module, public RecordRouting
{
public:
    static void declare(Declaration<Rr>& d);

    bool add_param(Message& message, std::string_view param) override;
    std::string_view routed_params(Message& message) const override;
    std::optional<std::string_view> routed_param(Message& message, std::string_view name) const override;
    Direction direction(Message& message) const override;
    void on_loose_route(LooseRouted callback) override { callbacks_.push_back(std::move(callback)); }

    Result<Direction> parse_argument(const script::Argument& argument, script::BindContext&,
                                     std::type_identity<Direction>) const;

private:
    Code loose_route(Message& message);
    Code record_route(Message& message) { return insert(message, {}); }
    Code record_route_with(Message& message, const script::Format& params);
    Code record_route_preset(Message& message, const script::Format& hostport);
    Code add_rr_param(Message& message, const script::Format& param);
    Code check_route_param(Message& message, const script::Regex& expression);
    Code is_direction(Message& message, Direction direction);

    std::optional<RecordRoute> make(Message& message) const;
    Code insert(Message& message, std::string params);
    Code route(Message& message, Routing& routing);

    bool full_lr_ = false;
    bool append_fromtag_ = true;
    bool double_rr_ = true;
    bool add_username_ = false;
    std::vector<LooseRouted> callbacks_;
};

void Rr::declare(Declaration<Rr>& d)
{
    d.param("enable_full_lr", &Rr::full_lr_, "write ;lr=on instead of ;lr");
    d.param("append_fromtag", &Rr::append_fromtag_, "add ;ftag= with the From tag; is_direction() needs it");
    d.param("enable_double_rr", &Rr::double_rr_,
            "two Record-Routes where the sending socket is not the receiving one");
    d.param("add_username", &Rr::add_username_, "put the Request-URI's user into the Record-Route");

    const RouteMask anywhere_in_requests = Route::Request | Route::Failure | Route::Branch;
    d.function("loose_route", &Rr::loose_route, {Route::Request},
               "follows the Route header; true: the next hop is known");
    d.function("record_route", &Rr::record_route, anywhere_in_requests,
               "keeps this proxy in the path of the dialog");
    d.function("record_route", &Rr::record_route_with, anywhere_in_requests,
               "the same, with URI parameters (\";name=value\") of one's own");
    d.function("record_route_preset", &Rr::record_route_preset, anywhere_in_requests,
               "Record-Route with the given host[:port] instead of the socket's");
    d.function("add_rr_param", &Rr::add_rr_param, anywhere_in_requests,
               "adds \";name=value\" to this message's Record-Route, before or after record_route()");
    d.function("check_route_param", &Rr::check_route_param, {Route::Request},
               "do the parameters of the Route that loose_route() took match this expression?");
    d.function("is_direction", &Rr::is_direction, {Route::Request},
               "\"upstream\" or \"downstream\", after loose_route()");
}

Result<Direction> Rr::parse_argument(const script::Argument& argument, script::BindContext&,
                                     std::type_identity<Direction>) const
{
    if (!append_fromtag_)
        return fail("is_direction() compares the ftag that append_fromtag adds: it must not be 0");
    if (iequals(argument.text, "downstream")) return Direction::Downstream;
    if (iequals(argument.text, "upstream")) return Direction::Upstream;
    return fail("a direction is \"upstream\" or \"downstream\"");
}

// --- Record-Route ---

std::optional<RecordRoute> Rr::make(Message& message) const
{
    RecordRoute route;
    route.full_lr = full_lr_;
    route.twice = double_rr_;
    if (append_fromtag_) {
        const sip::NameAddr* from = message.sip().from();
        if (from == nullptr) return std::nullopt;
        route.from_tag = from->tag();
    }
    if (add_username_) {
        const sip::Uri* received = message.sip().uri();
        if (received != nullptr) route.user = received->user;
        if (const sip::Uri* current = message.parsed_uri(); route.user.empty() && current != nullptr)
            route.user = current->user;
    }
    return route;
}

Code Rr::insert(Message& message, std::string params)
{
    Routing& routing = routing_of(message);
    if (routing.inserted || routing.preset)
        return message.fail({500, "this message has its Record-Route already"}, failed);
    auto made = make(message);
    if (!made) return message.fail({400, "From cannot be read: no Record-Route without its tag"}, failed);

    routing.inserted = std::make_shared<RecordRoute>(std::move(*made));
    routing.inserted->params = std::move(params) + std::exchange(routing.pending, {});
    message.edits.prepend_header(
        message.sip(), [route = routing.inserted](const sip::SendPath& path) { return write(*route, path); });
    return done;
}

Code Rr::record_route_with(Message& message, const script::Format& params)
{
    auto text = params.expand(message);
    if (!text) return message.fail({500, "record_route(): the parameters exceed 1024 bytes"}, failed);
    return insert(message, std::move(*text));
}

Code Rr::record_route_preset(Message& message, const script::Format& hostport)
{
    Routing& routing = routing_of(message);
    if (routing.inserted || routing.preset)
        return message.fail({500, "this message has its Record-Route already"}, failed);
    const auto text = hostport.expand(message);
    if (!text || text->empty())
        return message.fail({500, "record_route_preset(): empty or more than 1024 bytes"}, failed);
    const auto made = make(message);
    if (!made) return message.fail({400, "From cannot be read: no Record-Route without its tag"}, failed);

    message.edits.prepend_header(message.sip(), write_preset(*made, *text));
    routing.preset = true;
    return done;
}

bool Rr::add_param(Message& message, std::string_view param)
{
    Routing& routing = routing_of(message);
    if (routing.preset) return false;
    std::string& params = routing.inserted ? routing.inserted->params : routing.pending;
    if (params.size() + param.size() > max_params) return false;
    params += param;
    return true;
}

Code Rr::add_rr_param(Message& message, const script::Format& param)
{
    const auto text = param.expand(message);
    if (text && add_param(message, *text)) return done;
    return message.fail({500, "add_rr_param(): more than 512 bytes, or the Record-Route is preset"}, failed);
}

// --- Route ---

Code Rr::loose_route(Message& message)
{
    Routing& routing = routing_of(message);
    // Edits do not show in the headers that we read: a second call would take the next Route off, too.
    if (!routing.loose_routed) routing.loose_routed = route(message, routing);
    return *routing.loose_routed;
}

Code Rr::route(Message& message, Routing& routing)
{
    const sip::Message& sip = message.sip();
    if (sip.first(sip::HeaderType::Route) == nullptr) return failed;
    const auto set = RouteSet::of(sip);
    if (!set) return message.fail(set.error(), failed, script::Failure::BadRequest);
    const sip::Uri* uri = message.parsed_uri();
    if (set->values.empty() || uri == nullptr) return failed;

    const sip::NameAddr* to = sip.to();
    const bool in_dialog = to != nullptr && !to->tag().empty();
    const auto& environment = message.environment();
    const Decision decision = decide(*uri, set->values, in_dialog, double_rr_, environment.local_names);

    routing.params = decision.params;
    const std::size_t kept_until = set->values.size() - (decision.last_taken ? 1 : 0);
    set->remove_outside(decision.taken, kept_until, sip, message.edits);
    if (decision.uri_to_route_end)
        message.edits.append_header(sip, "Route: <" + std::string(sip.request_uri()) + ">\r\n");
    if (decision.send_from != nullptr) {
        const sip::Uri& half = *decision.send_from;
        const Protocol transport = half.transport() == Protocol::Any ? Protocol::Udp : half.transport();
        if (const auto* socket = transport::find_socket(environment.transport.sockets(), transport, half.host,
                                                        half.port.value_or(5060)))
            message.target().socket = socket;
        else
            log_warning("rr",
                        "{} in a double Record-Route is no socket of ours; the socket is chosen by "
                        "the next hop",
                        half.text);
    }
    if (!decision.destination.empty()) message.target().destination_uri = decision.destination;
    if (!decision.request_uri.empty()) message.set_uri(std::string(decision.request_uri));

    if (decision.was_ours)
        for (auto callback = callbacks_.rbegin(); callback != callbacks_.rend(); ++callback)
            (*callback)(message, routing.params);
    return decision.routed ? done : failed;
}

std::string_view Rr::routed_params(Message& message) const
{
    return routing_of(message).params;
}

std::optional<std::string_view> Rr::routed_param(Message& message, std::string_view name) const
{
    const auto param = sip::find_parameter(routed_params(message), name);
    if (!param) return std::nullopt;
    std::string_view value = param->value;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    return value;
}

Code Rr::check_route_param(Message& message, const script::Regex& expression)
{
    const std::string_view params = routed_params(message);
    return !params.empty() && expression.matches(params) ? done : failed;
}

Direction Rr::direction(Message& message) const
{
    const auto ours = routed_param(message, "ftag");
    const sip::NameAddr* from = message.sip().from();
    if (!ours || ours->empty() || from == nullptr || from->tag().empty()) return Direction::Downstream;
    return *ours == from->tag() ? Direction::Downstream : Direction::Upstream;
}

Code Rr::is_direction(Message& message, Direction wanted)
{
    return direction(message) == wanted ? done : failed;
}

}  // namespace junctor::rr

JUNCTOR_MODULE(junctor::rr::Rr)
