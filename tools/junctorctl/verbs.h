// Verbs of the command line and which one was chosen. A file of verbs gets this and declares its own; the
// values that an action works with live in what the action holds.
#pragma once

#include <functional>
#include <memory>

#include "tools/junctorctl/session.h"

namespace CLI
{
class App;
}

namespace junctor::ctl
{

class Verbs
{
public:
    using Action = std::function<int(Session&)>;

    Verbs();
    ~Verbs();
    Verbs(const Verbs&) = delete;
    Verbs& operator=(const Verbs&) = delete;

    // `details` stand at the end of the verb's own help. `group`: the heading in the help of what is above
    // it.
    CLI::App* verb(CLI::App& parent, const char* name, const char* group, const char* help,
                   const char* details, Action action);
    CLI::App* verb(const char* name, const char* group, const char* help, const char* details, Action action);
    // A verb that needs another one behind it.
    CLI::App* family(const char* name, const char* group, const char* help);

    int run(Session& session) { return chosen_(session); }

private:
    std::unique_ptr<CLI::App> owned_;
    Action chosen_;

protected:
    CLI::App& app_;
};

// record_verbs.cpp: alias_db, acl, domain, rpid.
void declare_record_verbs(Verbs& verbs);
// database_verbs.cpp: db.
void declare_database_verbs(Verbs& verbs);

}  // namespace junctor::ctl
