// junctord: reads its options and does what they say.
#include <cstdio>

#include "core/server/daemon.h"
#include "core/server/options.h"
#include "core/server/scenario/command.h"

int main(int argc, char** argv)
{
    using junctor::server::Options;
    auto options = junctor::server::parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "junctord: %s\n", options.error().text.c_str());
        return 255;
    }
    switch (options->mode) {
        case Options::Mode::Help: std::fputs(junctor::server::help_text().c_str(), stdout); return 0;
        case Options::Mode::Version: std::fputs(junctor::server::version_text().c_str(), stdout); return 0;
        case Options::Mode::Scenarios: return junctor::server::play_scenarios(*options);
        case Options::Mode::Serve:
        case Options::Mode::Check:
        case Options::Mode::CheckRoutes: break;
    }
    return junctor::server::Daemon(std::move(*options)).run();
}
