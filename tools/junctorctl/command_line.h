// The command line: verbs, their arguments and their help.
#pragma once

#include <string>
#include <vector>

#include "tools/junctorctl/session.h"

namespace junctor::ctl
{

// Ways out that replace the real ones; empty: the real ones.
struct Doors {
    std::function<Result<std::unique_ptr<Control>>()> connect;
    std::function<Result<std::shared_ptr<db::Database>>(bool may_create)> open_database;
    std::function<Result<std::shared_ptr<db::Database>>(const std::string& url, bool may_create)> open_url;
};

// `arguments` without the program's name. Gives the exit status (settings.h).
int run_command_line(std::vector<std::string> arguments, Console::Ports ports,
                     Settings::Environment environment, Doors doors = {});

}  // namespace junctor::ctl
