#include "tools/junctorctl/command_line.h"

#include <deque>
#include <iostream>

#include <CLI/CLI.hpp>

#include "core/base/version.h"
#include "tools/junctorctl/commands.h"
#include "tools/junctorctl/database.h"
#include "tools/junctorctl/verbs.h"

namespace junctor::ctl
{
namespace
{

constexpr const char* footer = R"(
USER is NAME@DOMAIN, or NAME alone if SIP_DOMAIN is set. `junctorctl VERB --help` explains a verb.

Settings come from the options, the environment, then --config FILE or /etc/junctor/junctorctlrc and
~/.junctorctlrc, which have openserctlrc's form (NAME=value):
  JUNCTOR_DB        URL of the database; else DBENGINE (MYSQL, PGSQL, SQLITE), DBHOST, DBNAME, DBRWUSER,
                    DBRWPW, DB_PATH; else sqlite://junctor.db
  JUNCTOR_SOCKET    the server's control socket; else junctor.sock, /run/junctor/junctor.sock
  OSER_FIFO         the FIFO of mi_fifo, used when no control socket answers
  SIP_DOMAIN, ALIASES_TYPE, STORE_PLAINTEXT_PW, VERIFY_ACL, ACL_GROUPS, SUB_TABLE, UL_TABLE, ALS_TABLE,
  ACL_TABLE, DA_TABLE, DOMAIN_TABLE, PID_FILE, OSERBIN, STARTOPTIONS, SYSLOG, NOHLPRINT   as for openserctl

Exit status: 0 done; 1 refused, by us, the server or the database; 2 the server cannot be reached;
3 the FIFO for the reply cannot be made; 255 the database cannot be opened.
)";

// Values that CLI11 fills live here.
class Grammar : public Verbs
{
public:
    Grammar()
    {
        app_.name("junctorctl");
        app_.footer(footer);
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.add_option("--db", global.database, "database: sqlite://FILE, mysql://..., postgres://...")
            ->type_name("URL");
        app_.add_option("--socket", global.socket, "control socket of the server")->type_name("PATH");
        app_.add_option("--config", global.config, "settings file instead of the usual ones")
            ->type_name("FILE");
        app_.add_option("--mpath", global.modules, "directory of the database drivers (JUNCTOR_MPATH)")
            ->type_name("DIR");
        app_.add_option("--timeout", global.timeout, "seconds to wait for an answer (default 30)")
            ->check(CLI::Range(1U, 3600U))
            ->type_name("N");
        app_.add_flag("--json", global.json, "print one JSON object");
        app_.set_version_flag("--version", std::string("junctorctl ") + version);
        declare_accounts();
        declare_record_verbs(*this);
        declare_locations();
        declare_database_verbs(*this);
        declare_server();
    }

    GlobalOptions global;

    // The exit status if there is nothing more to do: help was printed, or the words make no sense.
    std::optional<int> parse(std::vector<std::string> arguments, Console::Ports& ports)
    {
        if (arguments.empty()) {
            ports.out << app_.help();
            return refused;
        }
        const std::string unknown = unknown_verb(arguments);
        if (!unknown.empty()) {
            ports.err << "junctorctl: there is no command \"" << unknown
                      << "\"; junctorctl --help lists them\n";
            return refused;
        }
        std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
        try {
            app_.parse(std::move(arguments));
        } catch (const CLI::Success& success) {  // help or version was asked for
            return app_.exit(success, ports.out, ports.err) == 0 ? done : refused;
        } catch (const CLI::ParseError& error) {
            std::string verbs;
            for (const CLI::App* app = &app_; !app->get_subcommands().empty();) {
                app = app->get_subcommands().front();
                verbs += " " + app->get_name();
            }
            ports.err << "junctorctl" << verbs << ": " << error.what() << "\njunctorctl" << verbs
                      << " --help explains it\n";
            return refused;
        }
        return {};
    }

private:
    // The first word that should be a verb and is none; CLI11 would only say that one is missing.
    std::string unknown_verb(const std::vector<std::string>& arguments) const
    {
        const CLI::App* app = &app_;
        for (std::size_t i = 0; i < arguments.size() && !app->get_subcommands({}).empty(); ++i) {
            if (!arguments[i].starts_with('-')) {
                const auto named = [&](const CLI::App* one) { return one->check_name(arguments[i]); };
                const auto known = app->get_subcommands(named);
                if (known.empty()) return arguments[i];
                app = known.front();
            } else if (const CLI::Option* option = app_.get_option_no_throw(arguments[i])) {
                i += option->get_items_expected_max() > 0 ? 1 : 0;  // its value
            }
        }
        return {};
    }
    std::optional<std::string> password() const
    {
        return password_.empty() ? std::nullopt : std::optional(password_);
    }

    void declare_accounts();
    void declare_locations();
    void declare_location(const char* name, const char* alias, LocationTable table);
    void declare_server();
    void declare_script();
    void declare_start_and_stop();

    std::string user_, password_, email_, uri_, file_;
    unsigned expires_ = 0;
    bool brief_ = false;
    std::vector<std::string> words_;
};

void Grammar::declare_accounts()
{
    constexpr const char* group = "Accounts (database)";
    constexpr const char* password_help = "asked for if missing; - reads a line of standard input";
    CLI::App* add = verb("add", group, "Adds an account", R"(
Refused if the account exists, or, with ALIASES_TYPE=UL or DB, an alias of that name. With
STORE_PLAINTEXT_PW=0 only the digests (ha1, ha1b) are stored, not the password itself.

  junctorctl add alice@example.org wonderland alice@mail.example.org
  pwgen 20 1 | junctorctl add bob@example.org -
)",
                         [this](Session& s) { return add_account(s, user_, password(), email_); });
    add->add_option("user", user_, "the new account, NAME@DOMAIN")->required();
    add->add_option("password", password_, password_help);
    add->add_option("email", email_, "mail address of its owner");

    CLI::App* passwd = verb("passwd", group, "Changes the password of an account", R"(
Takes effect at the account's next authentication; contacts that are registered stay.
)",
                            [this](Session& s) { return change_password(s, user_, password()); });
    passwd->add_option("user", user_, "the account")->required();
    passwd->add_option("password", password_, password_help);

    CLI::App* rm = verb("rm", group, "Removes an account", R"(
Takes away, in one transaction, the account, its group memberships (grp) and its aliases (dbaliases), then
asks the running server to forget its contacts. If no server runs, a warning says so.
)",
                        [this](Session& s) { return remove_account(s, user_); });
    rm->add_option("user", user_, "the account")->required();
}

void Grammar::declare_location(const char* name, const char* alias, LocationTable table)
{
    const bool aliases = table == LocationTable::Aliases;
    CLI::App* all =
        family(name, "Locations (running server)",
               aliases ? "Aliases kept by usrloc: show, add, rm" : "Registered contacts: show, add, rm");
    if (alias != nullptr) all->alias(alias);
    const char* whose = aliases ? "the alias, NAME@DOMAIN" : "the address-of-record, NAME@DOMAIN";

    CLI::App* show = verb(*all, "show", "Verbs", "Shows contacts of one user, or of all",
                          "\nWithout a user: everything that usrloc holds in memory, of all its tables.\n",
                          [this, table](Session& s) { return show_location(s, table, user_, brief_); });
    show->add_option("user", user_, whose);
    show->add_flag("--brief", brief_, "of all: the addresses-of-record only");

    CLI::App* add = verb(*all, "add", "Verbs", "Adds a contact",
                         aliases ? "\nRefused if an account has that name.\n\n"
                                   "  junctorctl alias add sales@example.org sip:alice@example.org\n"
                                 : "\nRefused, with ALIASES_TYPE=UL or DB, if an alias has that name.\n\n"
                                   "  junctorctl ul add alice@example.org sip:alice@192.0.2.7:5060 3600\n",
                         [this, table](Session& s) { return add_location(s, table, user_, uri_, expires_); });
    add->add_option("user", user_, whose)->required();
    add->add_option("uri", uri_, "where it is reached, a SIP URI")->required();
    add->add_option("expires", expires_, "seconds; 0, the default: permanent");

    CLI::App* rm = verb(*all, "rm", "Verbs", "Removes one contact, or all of a user", "",
                        [this, table](Session& s) { return remove_location(s, table, user_, uri_); });
    rm->add_option("user", user_, whose)->required();
    rm->add_option("uri", uri_, "the contact, exactly as `show` prints it");
}

void Grammar::declare_locations()
{
    declare_location("ul", "usrloc", LocationTable::Location);
    declare_location("alias", nullptr, LocationTable::Aliases);
    verb("online", "Locations (running server)", "Lists the addresses-of-record that have contacts", "",
         show_online);
}

void Grammar::declare_server()
{
    constexpr const char* group = "Server";
    verb("status", group, "Shows version, uptime, script, sockets, modules, memory", "",
         [](Session& s) { return s.run("status"); });
    verb("ps", group, "Shows the server's threads", "", [](Session& s) { return s.run("ps"); });
    verb("stats", group, "Shows statistics", R"(
  junctorctl stats                       all of them
  junctorctl stats core usrloc           two groups
  junctorctl stats rcv_requests          one
)",
         [this](Session& s) { return show_statistics(s, words_); })
        ->add_option("name", words_, "groups or statistics (default: all)");
    verb(*family("spool", "Server", "Rows that wait on disk for a database"), "status", "Verbs",
         "Shows what waits, and in which state each database is",
         "\nEnds with 1 if a database is away or rows wait for it.\n",
         [](Session& s) { return show_spool(s); });
    declare_script();
    declare_start_and_stop();

    // Everything behind the command's name is an argument of it, also what looks like an option of ours.
    verb("fifo", group, "Runs any management command: fifo COMMAND [ARGUMENT...]", R"(
Over the control socket or the FIFO, whichever answers. Options of junctorctl stand before `fifo`.

  junctorctl fifo which                  all commands
  junctorctl fifo ul_show_contact location alice@example.org
  junctorctl --json fifo get_statistics all
)",
         [this](Session& s) {
             const auto words = app_.get_subcommand("fifo")->remaining();
             if (words.empty())
                 return s.give_up({refused, "which command? `junctorctl fifo which` lists them"});
             return s.run(words.front(), {words.begin() + 1, words.end()});
         })
        ->alias("unixsock")
        ->alias("mi")
        ->prefix_command()
        ->fallthrough(false);
    verb("version", group, "Prints the version of this program", "", [](Session& s) {
        s.console.line(std::string("junctorctl ") + version);
        return static_cast<int>(done);
    });
}

void Grammar::declare_script()
{
    CLI::App* script = family("script", "Server", "The routing script: check, reload");
    verb(*script, "check", "Verbs", "Checks the script in force, or FILE", R"(
Prints errors with file, line and column; the exit status is 1 then. FILE can be checked without a running
server, too.
)",
         [this](Session& s) { return check_script(s, file_); })
        ->add_option("file", file_, "another script");
    verb(*script, "reload", "Verbs", "Checks the script and puts it in force",
         "\nA script with errors is refused and the old one stays. Calls under way keep the old one.\n",
         [](Session& s) { return s.run("script_reload"); });

    verb("test", "Server", "Plays SIP conversations against a routing script", R"(
Each FILE.scn names a script and says what is sent and what must come back. All of it happens in a simulation: no
network, no database, no waiting; a running server is not touched. Exit status 1: one of them failed.

  junctorctl test conversations/*.scn
)",
         [this](Session& s) { return play_scenarios(s, words_); })
        ->add_option("file", words_, "scenarios")
        ->required();
}

void Grammar::declare_start_and_stop()
{
    constexpr const char* group = "Server";
    constexpr const char* details = R"(
Runs OSERBIN (else junctord beside this program) with --daemon, -P PID_FILE, STARTOPTIONS and the options
given, and waits until the server answers.

  junctorctl start -- -f /etc/openser/openser.cfg
)";
    CLI::App* start = verb("start", group, "Starts the server in the background", details,
                           [this](Session& s) { return start_server(s, words_); });
    CLI::App* restart = verb("restart", group, "Stops the server and starts it again", details,
                             [this](Session& s) { return restart_server(s, words_); });
    for (CLI::App* one : {start, restart})
        one->add_option("options", words_, "options of junctord, behind --");
    verb("stop", group, "Stops the server and waits until it has gone", R"(
In good order: calls in progress are finished and everything is written. If neither control socket nor FIFO
answers, the process of PID_FILE gets SIGTERM.
)",
         stop_server);
}

// The real doors.
Doors outside(const Settings& settings, Console& console, std::deque<OpenDatabase>& kept)
{
    Doors doors;
    doors.connect = [&settings] { return connect_to_server(settings); };
    doors.open_url = [&](const std::string& url, bool may_create) -> Result<std::shared_ptr<db::Database>> {
        auto opened = OpenDatabase::open(url, settings.module_directory(), may_create);
        if (!opened) return fail(opened.error());
        return kept.emplace_back(std::move(*opened)).database();
    };
    doors.open_database = [&settings, &console, open_url = doors.open_url](
                              bool may_create) -> Result<std::shared_ptr<db::Database>> {
        auto choice = settings.database();
        if (!choice) return fail(choice.error());
        if (choice->password_missing) {
            const auto password = console.ask_secret("password of the database user: ");
            if (!password) return fail(no_database, password.error().text);
            choice->url = Settings::with_password(choice->url, *password);
        }
        return open_url(choice->url, may_create);
    };
    return doors;
}

}  // namespace

int run_command_line(std::vector<std::string> arguments, Console::Ports ports,
                     Settings::Environment environment, Doors doors)
{
    Grammar grammar;
    if (const auto status = grammar.parse(std::move(arguments), ports)) return *status;

    Console console(ports);
    console.use_json(grammar.global.json);
    const auto settings = Settings::load(grammar.global, std::move(environment));
    if (!settings) {
        console.error(settings.error().text);
        return console.finish(refused);
    }
    if (!settings->get("NOHLPRINT").empty()) console.no_colours();
    for (const auto& remark : settings->remarks()) console.warning(remark);

    std::deque<OpenDatabase> kept;
    Doors real = outside(*settings, console, kept);
    Session session{console, *settings, doors.connect ? doors.connect : real.connect,
                    doors.open_database ? doors.open_database : real.open_database,
                    doors.open_url ? doors.open_url : real.open_url};
    return console.finish(grammar.run(session));
}

}  // namespace junctor::ctl
