// junctorctl: the admin's command, with openserctl's verbs.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include <termios.h>
#include <unistd.h>

#include "tools/junctorctl/command_line.h"

namespace
{

using namespace junctor;

// Echo is off while it lives, and on again whatever happens.
class WithoutEcho
{
public:
    WithoutEcho()
    {
        if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~WithoutEcho()
    {
        if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    WithoutEcho(const WithoutEcho&) = delete;
    WithoutEcho& operator=(const WithoutEcho&) = delete;
    bool changed() const { return changed_; }

private:
    termios before_{};
    bool changed_ = false;
};

Result<std::string> ask_secret(const std::string& prompt)
{
    const WithoutEcho silent;
    if (!silent.changed())
        return fail(
            "a password must be asked for, and standard input is no terminal; give it as argument, or - to "
            "read it from standard input");
    std::cerr << prompt << std::flush;
    std::string line;
    std::getline(std::cin, line);
    std::cerr << '\n';
    return line;
}

// Whoever lists the processes of this machine sees their arguments, but not these passwords.
void hide_passwords(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view text = argv[i];
        const std::size_t scheme = text.find("://"), at = text.rfind('@');
        if (scheme == std::string_view::npos || at == std::string_view::npos) continue;
        const std::size_t colon = text.find(':', scheme + 3);
        if (colon < at) std::fill(argv[i] + colon + 1, argv[i] + at, '*');
    }
}

}  // namespace

int main(int argc, char** argv)
{
    ctl::Console::Ports ports{std::cin, std::cout, std::cerr, isatty(STDOUT_FILENO) == 1, ask_secret};
    std::vector<std::string> arguments(argv + 1, argv + argc);
    hide_passwords(argc, argv);
    return ctl::run_command_line(std::move(arguments), ports,
                                 [](const char* name) { return std::getenv(name); });
}
