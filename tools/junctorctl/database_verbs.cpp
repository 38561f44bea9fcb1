// The verbs below `db`: the tables themselves.
#include <CLI/CLI.hpp>

#include "tools/junctorctl/commands.h"
#include "tools/junctorctl/verbs.h"

namespace junctor::ctl
{
namespace
{

// What CLI11 fills; the actions hold it.
struct DatabaseValues {
    std::string name, target;
    std::vector<std::string> words;
    bool yes = false, replace = false;
    BranchFlags branch_flags;
};
using DatabaseValuesPtr = std::shared_ptr<DatabaseValues>;

void declare_tables(Verbs& verbs, CLI::App& all, const DatabaseValuesPtr& v)
{
    const auto verb = [&](const char* name, const char* help, const char* details, Verbs::Action action) {
        return verbs.verb(all, name, "Verbs", help, details, std::move(action));
    };
    verb("create", "Creates the tables of the schema", R"(
Makes the tables of OpenSER 1.2 with their rows in `version`; an SQLite file is made if it is missing. A
table that exists is an error, and nothing is made then.

  junctorctl --db sqlite:///var/lib/junctor/junctor.db db create
  junctorctl db create subscriber location aliases
)",
         [v](Session& s) { return create_database(s, v->words); })
        ->add_option("table", v->words, "only these (default: all)");
    verb("show", "Prints a table", "", [v](Session& s) { return show_table(s, v->name); })
        ->add_option("table", v->name, "its name")
        ->required();
    CLI::App* exec = verb("exec", "Runs one SQL statement, as the database understands it", R"(
  junctorctl db exec "select count(*) from location"
)",
                          [v](Session& s) { return execute_sql(s, v->name); });
    for (const char* name : {"query", "roexec", "roquery"}) exec->alias(name);
    exec->add_option("sql", v->name, "the statement, one word of the shell")->required();
    CLI::App* drop = verb("drop", "Drops tables of the schema with all rows, after asking", "",
                          [v](Session& s) { return drop_database(s, v->words, v->yes); });
    CLI::App* reinit = verb("reinit", "Drops tables with all rows, after asking, and makes them anew", "",
                            [v](Session& s) { return reinit_database(s, v->words, v->yes); });
    for (CLI::App* one : {drop, reinit}) {
        one->add_option("table", v->words, "only these (default: all)");
        one->add_flag("--yes", v->yes, "do not ask");
    }
}

void declare_layouts(Verbs& verbs, CLI::App& all, const DatabaseValuesPtr& v)
{
    const auto verb = [&](const char* name, const char* help, const char* details, Verbs::Action action) {
        return verbs.verb(all, name, "Verbs", help, details, std::move(action));
    };
    verb("check", "Compares the tables with what the modules need",
         "\nThe exit status is 1 if a table that is there cannot be used.\n", check_database);
    CLI::App* migrate = verb("migrate", "Brings tables of an older layout to ours, with all rows", R"(
Older layouts that `db check` calls accepted are used as they are; this is for who wants ours. Stop the
server before: it would refuse its queries meanwhile. Columns of your own stay. A call that was interrupted
is gone on with by the next; one that fails leaves the table as it was.
)",
                             [v](Session& s) { return migrate_database(s, v->words, v->branch_flags); });
    migrate->add_option("table", v->words, "only these (default: all)");
    migrate->add_option(
        "--nat-bflag", v->branch_flags.nat,
        "usrloc's nat_bflag, for contacts that an older layout marks as behind NAT; -1: forget it");
    migrate->add_option("--sipping-bflag", v->branch_flags.sipping,
                        "usrloc's sipping_bflag, for contacts kept alive by requests; -1: forget it");
    for (CLI::Option* option : migrate->get_options())
        if (option->get_name().ends_with("-bflag")) option->type_name("N")->check(CLI::Range(-1, 31));
}

void declare_transfers(Verbs& verbs, CLI::App& all, const DatabaseValuesPtr& v)
{
    const auto verb = [&](const char* name, const char* help, const char* details, Verbs::Action action) {
        return verbs.verb(all, name, "Verbs", help, details, std::move(action));
    };
    CLI::App* copy = verb("copy", "Copies everything from one database to another, of any kinds", R"(
Tables that the other database lacks are made as they are here, also those that no module uses.

  junctorctl db copy mysql://openser:openserrw@localhost/openser sqlite:///var/lib/junctor/junctor.db
)",
                          [v](Session& s) { return copy_database(s, v->name, v->target, v->replace); });
    copy->add_option("from", v->name, "URL of a database")->required();
    copy->add_option("to", v->target, "URL of another")->required();
    verb("backup", "Writes everything into a file that any database can be made from",
         "\nText, one JSON value a line; core/db/backup.h describes it. FILE is replaced when it is whole.\n",
         [v](Session& s) { return backup_database(s, v->name); })
        ->add_option("file", v->name, "- is standard output")
        ->required();
    CLI::App* restore = verb("restore", "Fills a database from such a file", R"(
Tables that are missing are made. A file that was cut off, or does not fit, changes nothing.
)",
                             [v](Session& s) { return restore_database(s, v->name, v->replace); });
    restore->add_option("file", v->name, "what `db backup` wrote")->required();
    for (CLI::App* one : {copy, restore})
        one->add_flag("--replace", v->replace, "remove the rows that its tables hold, first");
}

}  // namespace

void declare_database_verbs(Verbs& verbs)
{
    const auto v = std::make_shared<DatabaseValues>();
    CLI::App& all = *verbs.family(
        "db", "Database", "The tables themselves: create, check, migrate, copy, backup, restore, show ...");
    declare_tables(verbs, all, v);
    declare_layouts(verbs, all, v);
    declare_transfers(verbs, all, v);
}

}  // namespace junctor::ctl
