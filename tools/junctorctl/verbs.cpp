#include "tools/junctorctl/verbs.h"

#include <CLI/CLI.hpp>

namespace junctor::ctl
{

Verbs::Verbs()
    : owned_(std::make_unique<CLI::App>(
          "Administers a Junctor server: accounts, locations, the database, the server itself.")),
      app_(*owned_)
{
}

Verbs::~Verbs() = default;

CLI::App* Verbs::verb(CLI::App& parent, const char* name, const char* group, const char* help,
                      const char* details, Action action)
{
    CLI::App* added = parent.add_subcommand(name, help)->group(group);
    added->footer(details);
    added->final_callback([this, action = std::move(action)] { chosen_ = action; });
    return added;
}

CLI::App* Verbs::verb(const char* name, const char* group, const char* help, const char* details,
                      Action action)
{
    return verb(app_, name, group, help, details, std::move(action));
}

CLI::App* Verbs::family(const char* name, const char* group, const char* help)
{
    return app_.add_subcommand(name, help)->group(group)->require_subcommand(1)->footer("");
}

}  // namespace junctor::ctl
