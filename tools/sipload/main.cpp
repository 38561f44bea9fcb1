// sipload: loads a SIP server and measures how it bears it (README.md).
#include <cstdio>
#include <exception>

#include "tools/sipload/echo.h"
#include "tools/sipload/options.h"
#include "tools/sipload/run.h"

int main(int argc, char** argv)
{
    using namespace junctor::load;
    int status = 0;
    const auto options = read_command_line(argc, argv, status);
    if (!options) return status;
    try {
        if (options->echo_server) serve_echo(options->target);
        const Result result = run(*options);
        std::fputs((options->json ? to_json(*options, result) : to_text(result)).c_str(), stdout);
        return result.counts.done > 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sipload: %s\n", error.what());
        return 2;
    }
}
