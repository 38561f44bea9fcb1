// The verbs alias_db, acl, domain and rpid: tables that administrators keep by hand.
#include <CLI/CLI.hpp>

#include "tools/junctorctl/commands.h"
#include "tools/junctorctl/verbs.h"

namespace junctor::ctl
{
namespace
{

constexpr const char* accounts = "Accounts (database)";

// What CLI11 fills; the actions hold it.
struct RecordValues {
    std::string first, second;
    std::vector<std::string> words;
    bool yes = false;
};
using RecordValuesPtr = std::shared_ptr<RecordValues>;

void declare_alias_db(Verbs& verbs, const RecordValuesPtr& v)
{
    CLI::App* all = verbs.family("alias_db", accounts, "Aliases in the database: list, show, add, rm");
    all->alias("aliasdb");
    const auto verb = [&](const char* name, const char* help, const char* details, Verbs::Action action) {
        return verbs.verb(*all, name, "Verbs", help, details, std::move(action));
    };
    CLI::App* list = verb("list", "Lists the aliases of a user, or all", "\nBefore all are listed it asks.\n",
                          [v](Session& s) { return list_db_aliases(s, v->first, v->yes); });
    list->add_option("aor", v->first, "the user, NAME@DOMAIN");
    list->add_flag("--yes", v->yes, "do not ask");

    verb("show", "Shows whose alias it is", "", [v](Session& s) { return show_db_alias(s, v->first); })
        ->add_option("alias", v->first, "the alias, NAME@DOMAIN")
        ->required();

    CLI::App* add = verb("add", "Adds an alias", R"(
It takes effect at the next call.

  junctorctl alias_db add sales@example.org alice@example.org
)",
                         [v](Session& s) { return add_db_alias(s, v->first, v->second); });
    add->add_option("alias", v->first, "what is dialled, NAME@DOMAIN")->required();
    add->add_option("aor", v->second, "the user who is meant, NAME@DOMAIN")->required();

    verb("rm", "Removes an alias", "", [v](Session& s) { return remove_db_alias(s, v->first); })
        ->add_option("alias", v->first, "the alias, NAME@DOMAIN")
        ->required();
    verb("help", "Prints this help", "", [all](Session& s) {
        s.console.line(all->help("junctorctl"));
        return static_cast<int>(done);
    });
}

void declare_acl(Verbs& verbs, const RecordValuesPtr& v)
{
    CLI::App* all = verbs.family("acl", accounts, "Membership in groups: show, grant, revoke");
    const auto verb = [&](const char* name, const char* help, const char* details, Verbs::Action action) {
        return verbs.verb(*all, name, "Verbs", help, details, std::move(action));
    };
    CLI::App* show = verb("show", "Shows the groups of a user, or of all",
                          "\nIt asks whether to go on if there is no such account.\n",
                          [v](Session& s) { return show_acl(s, v->first, v->yes); });
    show->add_option("user", v->first, "NAME@DOMAIN");
    show->add_flag("--yes", v->yes, "do not ask");

    CLI::App* grant = verb("grant", "Makes a user a member of groups", R"(
It takes effect at the next call. Groups outside ACL_GROUPS (local ld int voicemail free-pstn, if it is not
set) are skipped with a warning, unless VERIFY_ACL=0. There need not be an account of that name.

  junctorctl acl grant alice@example.org ld int
)",
                           [v](Session& s) { return grant_acl(s, v->first, v->words); });
    grant->add_option("user", v->first, "NAME@DOMAIN")->required();
    grant->add_option("group", v->words, "one or more groups")->required();

    CLI::App* revoke = verb("revoke", "Ends membership in a group, or in all", "",
                            [v](Session& s) { return revoke_acl(s, v->first, v->second); });
    revoke->add_option("user", v->first, "NAME@DOMAIN")->required();
    revoke->add_option("group", v->second, "the group; none: all of them");
}

void declare_domain(Verbs& verbs, const RecordValuesPtr& v)
{
    CLI::App* all = verbs.family("domain", "Domains", "Domains of the server: show, showdb, add, rm, reload");
    const auto verb = [&](const char* name, const char* help, const char* details, Verbs::Action action) {
        return verbs.verb(*all, name, "Verbs", help, details, std::move(action));
    };
    verb("show", "Shows the domains in force",
         "\nThose of the running server; if none answers, those of the table, with a warning.\n",
         show_domains);
    verb("showdb", "Shows the table", "", show_stored_domains);
    verb("add", "Adds a domain to the table", R"(
A server that keeps its domains in memory (db_mode other than 0) serves it after `domain reload`.

  junctorctl domain add example.net && junctorctl domain reload
)",
         [v](Session& s) { return add_domain(s, v->first); })
        ->add_option("domain", v->first, "a name or an address, without a port")
        ->required();
    verb("rm", "Removes a domain from the table", "", [v](Session& s) { return remove_domain(s, v->first); })
        ->add_option("domain", v->first, "as it was added")
        ->required();
    verb("reload", "Makes the running server read the table anew", "",
         [](Session& s) { return s.run("domain_reload"); });
}

void declare_rpid(Verbs& verbs, const RecordValuesPtr& v)
{
    CLI::App* all = verbs.family("rpid", accounts, "Remote-Party-ID of accounts: add, rm, show");
    const auto verb = [&](const char* name, const char* help, const char* details, Verbs::Action action) {
        return verbs.verb(*all, name, "Verbs", help, details, std::move(action));
    };
    CLI::App* add = verb("add", "Sets the Remote-Party-ID of an account", R"(
It takes effect at the account's next authentication.

  junctorctl rpid add alice@example.org sip:+4930123456@example.org
)",
                         [v](Session& s) { return set_rpid(s, v->first, v->second); });
    add->add_option("user", v->first, "the account, NAME@DOMAIN")->required();
    add->add_option("rpid", v->second, "a URI or a number")->required();
    verb("rm", "Takes it away", "", [v](Session& s) { return set_rpid(s, v->first, std::nullopt); })
        ->add_option("user", v->first, "the account, NAME@DOMAIN")
        ->required();
    verb("show", "Shows it, of one account or of all", "", [v](Session& s) {
        return show_rpid(s, v->first);
    })->add_option("user", v->first, "the account, NAME@DOMAIN");
}

}  // namespace

void declare_record_verbs(Verbs& verbs)
{
    const auto values = std::make_shared<RecordValues>();
    declare_alias_db(verbs, values);
    declare_acl(verbs, values);
    declare_rpid(verbs, values);
    declare_domain(verbs, values);
}

}  // namespace junctor::ctl
