// What a command works with. The two doors to the outside are functions, so that tests can stand in for them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/db/database.h"
#include "tools/junctorctl/accounts.h"
#include "tools/junctorctl/console.h"
#include "tools/junctorctl/control.h"
#include "tools/junctorctl/settings.h"

namespace junctor::ctl
{

struct Session {
    Console& console;
    const Settings& settings;
    std::function<Result<std::unique_ptr<Control>>()> connect;
    std::function<Result<std::shared_ptr<db::Database>>(bool may_create)> open_database;
    // Any database beside that of the settings; it stays open as long as the session.
    std::function<Result<std::shared_ptr<db::Database>>(const std::string& url, bool may_create)> open_url;

    // Says why and gives the exit status, of an error.
    int give_up(const Error& error);
    // Runs a command on the server and shows its reply; the exit status.
    int run(const std::string& command, const std::vector<std::string>& arguments = {});
    Result<mi::Reply> ask(const std::string& command, const std::vector<std::string>& arguments = {});

    Result<User> user(const std::string& text);
    Result<Accounts> accounts();
    // openserctl's ALIASES_TYPE: UL asks the server's table of aliases, DB dbaliases, anything else nobody.
    // An error if the name is taken there.
    Result<void> refuse_alias(const User& user, Accounts* accounts);
};

}  // namespace junctor::ctl
