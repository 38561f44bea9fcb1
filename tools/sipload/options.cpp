#include "tools/sipload/options.h"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>

#include "core/base/ascii.h"
#include "core/base/version.h"
#include "core/transport/system_socket.h"

namespace junctor::load
{
namespace
{

constexpr std::array<std::pair<std::string_view, ScenarioKind>, 5> scenario_names{{
    {"options", ScenarioKind::Options},
    {"register", ScenarioKind::Register},
    {"register-auth", ScenarioKind::RegisterAuth},
    {"message", ScenarioKind::Message},
    {"call", ScenarioKind::Call},
}};

// "call" or "register=30,message=60,call=10".
std::vector<Share> read_mix(const std::string& text)
{
    std::vector<Share> mix;
    for (const std::string& item : CLI::detail::split(text, ',')) {
        const std::size_t equals = item.find('=');
        const std::string name = item.substr(0, equals);
        const auto known = std::find_if(scenario_names.begin(), scenario_names.end(),
                                        [&](const auto& entry) { return entry.first == name; });
        if (known == scenario_names.end())
            throw CLI::ValidationError("there is no scenario \"" + name +
                                       "\"; there are options, register, register-auth, message, call");
        Share share{known->second, 1};
        if (equals != std::string::npos) {
            const auto weight = parse_unsigned(std::string_view(item).substr(equals + 1), 1'000'000);
            if (!weight || *weight == 0) throw CLI::ValidationError("not a weight: " + item);
            share.weight = static_cast<unsigned>(*weight);
        }
        mix.push_back(share);
    }
    return mix;
}

struct Texts {  // what is converted after the command line was read
    std::string target, transport = "udp", local, mix = "options";
    double ring = 0, hold = 0;
    bool no_prepare = false;
};

void declare(CLI::App& app, Options& options, Texts& texts)
{
    app.add_option("target", texts.target, "the server: ADDRESS[:PORT]")->required();
    app.add_option("-s,--scenario", texts.mix,
                   "options, register, register-auth, message, call; or a mix: register=30,call=10");
    app.add_option("-t,--transport", texts.transport, "udp or tcp")->check(CLI::IsMember({"udp", "tcp"}));
    app.add_option("--local", texts.local, "our address");
    app.add_option("--domain", options.domain, "of all URIs; default: the target's address");

    app.add_option("-u,--users", options.users, "how many users there are")
        ->check(CLI::Range(1U, 100'000'000U));
    app.add_option("--first-user", options.first_user, "number of the first user");
    app.add_option("--user-prefix", options.user_prefix, "user 7 is PREFIX7");
    app.add_option("--password-prefix", options.password_prefix, "and has the password PREFIX7");
    app.add_option("--password", options.password, "or all have this one");
    app.add_option("--expires", options.expires, "of registrations, in seconds");

    app.add_option("-w,--window", options.window,
                   "conversations in flight; with --rate: the most there may be")
        ->check(CLI::Range(1U, 4'000'000U));
    app.add_option("-r,--rate", options.rate, "new conversations a second (open loop); 0: closed loop")
        ->check(CLI::NonNegativeNumber);
    app.add_option("-n,--count", options.count, "stop after so many conversations");
    app.add_option("-d,--duration", options.duration, "stop after so many seconds")
        ->check(CLI::PositiveNumber);
    app.add_option("--warmup", options.warmup, "seconds before the measurement")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--ring", texts.ring, "seconds between the callee's 180 and its 200")
        ->check(CLI::Range(0.0, 30.0));
    app.add_option("--hold", texts.hold, "seconds between ACK and BYE")->check(CLI::Range(0.0, 86'400.0));
    app.add_flag("--no-prepare", texts.no_prepare, "the users are registered already, here");

    app.add_option("--threads", options.threads, "threads of the generator")->check(CLI::Range(1U, 64U));
    app.add_option("-c,--connections", options.connections, "UDP sockets or TCP connections")
        ->check(CLI::Range(1U, 60'000U));
    app.add_option("--server-pid", options.server_pid,
                   "measure the CPU time of this process and its children");
    app.add_flag("--json", options.json, "report as JSON");
    app.add_flag("-q,--quiet", options.quiet, "no progress");
    app.add_flag("--echo", options.echo, "the target is an echo: what comes back counts as the answer");
    app.add_flag("--echo-server", options.echo_server, "be that echo: receive and send back, on target");
    app.set_version_flag("--version", "sipload " + std::string(JUNCTOR_VERSION));
}

void finish(Options& options, const Texts& texts)
{
    const auto target = Endpoint::parse(texts.target);
    if (!target) throw CLI::ValidationError("not an address: " + texts.target);
    options.target = *target;
    options.protocol = protocol_from(texts.transport).value_or(Protocol::Udp);
    options.mix = read_mix(texts.mix);
    if (!texts.local.empty()) {
        const auto local = IpAddress::parse(texts.local);
        if (!local) throw CLI::ValidationError("not an address: " + texts.local);
        options.local = *local;
    } else if (const auto source = transport::source_address_to(target->ip)) {
        options.local = *source;
    } else {
        throw CLI::ValidationError("there is no way to " + texts.target);
    }
    if (options.domain.empty()) options.domain = target->ip.text_in_uri();
    options.ring = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(texts.ring));
    options.hold = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(texts.hold));
    options.prepare =
        !texts.no_prepare && (options.wants(ScenarioKind::Message) || options.wants(ScenarioKind::Call));
    if (options.echo_server) return;

    const bool registers = options.wants(ScenarioKind::Register) || options.wants(ScenarioKind::RegisterAuth);
    // A user's next REGISTER must not overtake the one before it: its CSeq would be too low (RFC 3261 §10.3).
    if (registers && options.users < options.window)
        throw CLI::ValidationError(
            "registering wants at least as many users as there are in flight (--window)");
    if (options.threads > std::min({options.users, options.window, options.connections}))
        throw CLI::ValidationError("each thread needs a user, a connection and a place in the window");
    if (options.echo && (options.mix.size() != 1 || options.mix[0].kind != ScenarioKind::Options))
        throw CLI::ValidationError("an echo serves the scenario options alone");
}

}  // namespace

std::string_view to_text(ScenarioKind kind)
{
    for (const auto& [name, known] : scenario_names)
        if (known == kind) return name;
    return {};
}

bool Options::wants(ScenarioKind kind) const
{
    return std::any_of(mix.begin(), mix.end(), [kind](const Share& share) { return share.kind == kind; });
}

std::optional<Options> read_command_line(int argc, char** argv, int& status)
{
    Options options;
    Texts texts;
    CLI::App app("sipload: loads a SIP server and measures how it bears it");
    declare(app, options, texts);
    try {
        app.parse(argc, argv);
        finish(options, texts);
        // A count is a measurement from its first conversation on, unless the user wants otherwise.
        if (options.count > 0 && app.count("--warmup") == 0) options.warmup = {};
        return options;
    } catch (const CLI::ParseError& error) {
        status = app.exit(error);
        return {};
    }
}

}  // namespace junctor::load
