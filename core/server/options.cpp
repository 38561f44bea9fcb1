#include "core/server/options.h"

#include <limits>

#include <fmt/format.h>
#include <getopt.h>

#include "core/base/ascii.h"

namespace junctor::server
{
namespace
{

enum LongOption : int { ModulePath = 256, Database, ControlSocket, Background, Scenarios };

constexpr const char* short_options = ":f:cCl:n:rRvdDETN:W:Vhb:m:w:t:u:g:P:G:x:";
const option long_options[] = {
    {"mpath", required_argument, nullptr, ModulePath},
    {"db", required_argument, nullptr, Database},
    {"socket", required_argument, nullptr, ControlSocket},
    {"daemon", no_argument, nullptr, Background},
    {"test", no_argument, nullptr, Scenarios},
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, 'V'},
    {nullptr, 0, nullptr, 0},
};

Result<int> number(char letter, const char* text)
{
    const auto value = parse_unsigned(text, std::numeric_limits<int>::max());
    if (!value) return fail(fmt::format("option -{} takes a number, found \"{}\"", letter, text));
    return static_cast<int>(*value);
}

// One option that was recognised. The error stops the start.
Result<void> apply(int letter, const char* value, Options& options)
{
    const auto set_number = [&](std::optional<int>& target) -> Result<void> {
        const auto parsed = number(static_cast<char>(letter), value);
        if (!parsed) return fail(parsed.error());
        target = *parsed;
        return {};
    };
    switch (letter) {
        case 'f': options.script = value; break;
        case 'c': options.mode = Options::Mode::Check; break;
        case 'C': options.mode = Options::Mode::CheckRoutes; break;
        case 'V': options.mode = Options::Mode::Version; break;
        case 'h': options.mode = Options::Mode::Help; break;
        case Scenarios: options.mode = Options::Mode::Scenarios; break;
        case 'l': options.listen.emplace_back(value); break;
        case 'n': return set_number(options.children);
        case 'N': return set_number(options.tcp_children);
        case 'b': return set_number(options.max_buffer);
        case 'm':
        case 'W':
            options.without_meaning.push_back(fmt::format("-{} {}", static_cast<char>(letter), value));
            break;
        case 'r': options.dns = true; break;
        case 'R': options.rev_dns = true; break;
        case 'v': options.check_via = true; break;
        case 'd': ++options.debug_steps; break;
        case 'D': options.single = true; break;
        case 'E': options.log_stderr = true; break;
        case 'T': options.no_tcp = true; break;
        case 'w': options.workdir = value; break;
        case 't': options.chroot = value; break;
        case 'u': options.user = value; break;
        case 'g': options.group = value; break;
        case 'P': options.pid_file = value; break;
        case 'G': options.group_file = value; break;
        case 'x': options.unix_socket = value; break;
        case ModulePath: options.module_path = value; break;
        case Database: options.database = value; break;
        case ControlSocket: options.control_socket = value; break;
        case Background: options.background = true; break;
        default: return fail(fmt::format("option {} is not handled", letter));
    }
    return {};
}

}  // namespace

Result<Options> parse_options(int argc, const char* const* argv)
{
    Options options;
    options.arguments.assign(argv, argv + argc);
    std::vector<char*> words;  // getopt reorders the list, not the texts
    for (std::string& word : options.arguments) words.push_back(word.data());
    words.push_back(nullptr);
    const std::vector<std::string> as_given = options.arguments;

    optind = 0;  // start afresh: tests parse several lines
    opterr = 0;
    while (true) {
        const int letter = getopt_long(argc, words.data(), short_options, long_options, nullptr);
        if (letter == -1) break;
        if (letter == ':')
            return fail(
                fmt::format("option {} needs a value; junctord -h lists the options", words[optind - 1]));
        if (letter == '?')
            return fail(fmt::format("there is no option {}; junctord -h lists them", words[optind - 1]));
        if (auto done = apply(letter, optarg, options); !done) return fail(done.error());
    }
    for (int i = optind; i < argc; ++i) options.scenarios.emplace_back(words[i]);
    if (!options.scenarios.empty() && options.mode != Options::Mode::Scenarios)
        return fail(fmt::format("\"{}\" is no option; a script is named with -f", options.scenarios.front()));
    options.arguments = as_given;
    return options;
}

std::string help_text()
{
    return R"(junctord: a SIP proxy and registrar that runs OpenSER 1.2's routing scripts

usage: junctord [options]              serve, in the foreground
       junctord -c [-f FILE]           check the script, exit 0 or 255
       junctord --test FILE.scn...     play conversations against a script, in simulation

  -f FILE        the routing script (default: cfg/junctor.cfg here, else the installed one)
  -c             check the script; -C: also routes called from other kinds of routes
  -l ADDRESS     listen on [udp:|tcp:]address[:port]; may be repeated
  -n N           worker threads (the script's children= wins)
  -d             more log lines; may be repeated (the script's debug= wins)
  -D             one worker
  -E             log to standard error (the script's log_stderror= wins)
  -T             no TCP
  -N N           accepted: TCP is served by the same workers
  -b N           ceiling of the UDP receive buffer, in bytes
  -r, -R         look names of Vias up in DNS, addresses in reverse DNS
  -v             drop replies whose top Via is not ours
  -w DIR         working directory; -t DIR: chroot; -u USER, -g GROUP: run as
  -P FILE        write the process id there; -G FILE: the process group's id
  -x PATH        OpenSER's unix datagram socket for commands
  -m, -W         accepted, without meaning here (memory pool, poll method)
  -V             version;  -h  this text

  --mpath DIR    look for modules in DIR first, whatever mpath the script names
  --db URL       the database of the default script (default sqlite://junctor.db)
  --socket PATH  where junctorctl talks to this server; "none": nowhere
  --daemon       go to the background once everything is started

Signals: TERM and INT finish calls in progress and stop; HUP reloads the script.
)";
}

std::string version_text()
{
    return fmt::format("junctord {} ({}, OpenSER 1.2 scripts)\n", JUNCTOR_VERSION,
#ifdef __x86_64__
                       "x86_64/linux"
#elif defined(__aarch64__)
                       "aarch64/linux"
#else
                       "linux"
#endif
    );
}

}  // namespace junctor::server
