// stats, script check, test, start, stop, restart.
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/ascii.h"
#include "tools/junctorctl/commands.h"

namespace junctor::ctl
{
namespace
{

constexpr std::chrono::seconds stop_patience{60};  // the server finishes calls in progress
constexpr std::chrono::seconds start_patience{10};

// 0: no file, or no number in it.
pid_t read_pid_file(const std::string& path)
{
    pid_t pid = 0;
    if (!path.empty()) std::ifstream(path) >> pid;
    return pid > 1 ? pid : 0;
}

bool is_alive(pid_t pid)
{
    if (pid == 0 || (kill(pid, 0) != 0 && errno != EPERM)) return false;
    // A process that has ended and whose parent has not noticed is no obstacle.
    std::string status;
    std::getline(std::ifstream(fmt::format("/proc/{}/stat", pid)), status);
    return status.find(") Z ") == std::string::npos;
}

bool wait_until_ended(pid_t pid)
{
    const auto deadline = std::chrono::steady_clock::now() + stop_patience;
    while (is_alive(pid) && std::chrono::steady_clock::now() < deadline) poll(nullptr, 0, 50);
    return !is_alive(pid);
}

// 0: the server does not tell.
pid_t pid_of(const Result<mi::Reply>& status)
{
    if (!status) return 0;
    for (const auto& node : status->nodes) {
        // Over the FIFO a reply has lines only.
        const std::string_view text = node.name.empty() && node.value.starts_with("PID:: ")
                                          ? std::string_view(node.value).substr(6)
                                          : node.value;
        if (node.name == "PID" || text != node.value)
            return static_cast<pid_t>(parse_unsigned(text, INT32_MAX).value_or(0));
    }
    return 0;
}

// Runs the server's program with our standard output and error; its exit status. An error: it cannot be run.
Result<int> run_server_program(const Session& session, std::vector<std::string> words)
{
    words.insert(words.begin(), session.settings.server_program());
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_t child = 0;
    const int error = posix_spawnp(&child, pointers[0], nullptr, nullptr, pointers.data(), environ);
    if (error != 0) return fail(refused, words[0] + " cannot be run: " + std::strerror(error));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

Result<std::vector<std::string>> start_words(const Session& session, const std::vector<std::string>& options)
{
    std::vector<std::string> words{"--daemon"};
    const auto add = [&](std::string option, std::string value) {
        words.push_back(std::move(option));
        words.push_back(std::move(value));
    };
    if (const auto pid_file = session.settings.get("PID_FILE"); !pid_file.empty()) add("-P", pid_file);
    if (session.settings.socket_is_chosen()) add("--socket", session.settings.sockets().front());
    if (!session.settings.is_on("SYSLOG", true)) words.emplace_back("-E");
    auto more = split_words(session.settings.get("STARTOPTIONS"));
    if (!more) return fail(refused, "STARTOPTIONS: " + more.error().text);
    words.insert(words.end(), more->begin(), more->end());
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

int stop_by_pid_file(Session& session, const Error& why_not_asked)
{
    const pid_t pid = read_pid_file(session.settings.get("PID_FILE"));
    if (!is_alive(pid)) return session.give_up(why_not_asked);
    if (kill(pid, SIGTERM) != 0)
        return session.give_up(
            {refused, fmt::format("process {} cannot be stopped: {}", pid, std::strerror(errno))});
    if (!wait_until_ended(pid))
        return session.give_up({refused, fmt::format("process {} is still running", pid)});
    session.console.info("stopped");
    return done;
}

}  // namespace

int show_statistics(Session& session, const std::vector<std::string>& names)
{
    if (names.empty()) return session.run("get_statistics", {"all"});
    // A word may be a group or a statistic: the server skips what does not exist.
    std::vector<std::string> arguments;
    for (const auto& name : names) {
        arguments.push_back(name);
        if (name != "all" && !name.ends_with(':')) arguments.push_back(name + ':');
    }
    return session.run("get_statistics", arguments);
}

int show_spool(Session& session)
{
    const auto reply = session.ask("spool_status");
    if (!reply) return session.give_up(reply.error());
    if (reply->code >= 300) {
        session.console.reply(*reply);
        return refused;
    }
    if (reply->nodes.empty()) session.console.info("no module of this server uses a spool or a journal");
    session.console.reply(*reply);
    // Over the FIFO a reply has lines only: "Spool:: NAME state=direct rows=0 ...". A journal has no state.
    const bool all_there = std::all_of(reply->nodes.begin(), reply->nodes.end(), [](const mi::Node& node) {
        if (node.name.empty())
            return node.value.find("state=") == node.value.npos ||
                   node.value.find("state=direct") != node.value.npos;
        return std::all_of(node.attributes.begin(), node.attributes.end(), [](const auto& attribute) {
            return attribute.first != "state" || attribute.second == "direct";
        });
    });
    return all_there ? done : refused;
}

int check_script(Session& session, const std::string& file)
{
    if (file.empty()) return session.run("script_check");
    const std::string path = std::filesystem::absolute(file).string();
    const auto server = session.connect();
    if (server) {
        const auto reply = (*server)->run("script_check", {path});
        if (!reply) return session.give_up(reply.error());
        session.console.reply(*reply);
        return reply->code < 300 ? done : refused;
    }
    // Without a running server its program can check a file, too.
    const auto status = run_server_program(session, {"-c", "-f", path});
    if (!status) return session.give_up(status.error());
    return *status == 0 ? done : refused;
}

int play_scenarios(Session& session, const std::vector<std::string>& files)
{
    std::vector<std::string> words{"--mpath", session.settings.module_directory(), "--test"};
    words.insert(words.end(), files.begin(), files.end());
    const auto status = run_server_program(session, std::move(words));
    if (!status) return session.give_up(status.error());
    return *status == 0 ? done : refused;
}

int start_server(Session& session, const std::vector<std::string>& options)
{
    if (const auto running = session.ask("uptime"); running)
        return session.give_up({refused, "it is running already"});
    if (const pid_t pid = read_pid_file(session.settings.get("PID_FILE")); is_alive(pid))
        return session.give_up({refused, fmt::format("it is running already (pid: {})", pid)});
    auto words = start_words(session, options);
    if (!words) return session.give_up(words.error());
    const auto status = run_server_program(session, std::move(*words));
    if (!status) return session.give_up(status.error());
    if (*status != 0)
        return session.give_up({refused, fmt::format("the server did not start (status {})", *status)});

    const auto deadline = std::chrono::steady_clock::now() + start_patience;
    for (;;) {
        if (const auto status = session.ask("status")) {
            session.console.info(fmt::format("started (pid: {})", pid_of(status)));
            return done;
        }
        if (std::chrono::steady_clock::now() > deadline)
            return session.give_up({no_server, "the server was started but does not answer"});
        poll(nullptr, 0, 50);
    }
}

int stop_server(Session& session)
{
    auto server = session.connect();
    if (!server) return stop_by_pid_file(session, server.error());
    const pid_t pid = pid_of((*server)->run("status", {}));
    const auto reply = (*server)->run("kill", {});
    if (!reply) return session.give_up(reply.error());
    if (reply->code >= 300) {
        session.console.reply(*reply);
        return refused;
    }
    // Its door closes first; its ports are free when the process has ended.
    if (!(*server)->wait_until_gone(stop_patience) || !wait_until_ended(pid))
        return session.give_up({refused, "the server was told to stop and is still finishing its work"});
    session.console.info("stopped");
    return done;
}

int restart_server(Session& session, const std::vector<std::string>& options)
{
    const int stopped = stop_server(session);
    return stopped == done ? start_server(session, options) : stopped;
}

}  // namespace junctor::ctl
