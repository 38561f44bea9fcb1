// group: is this user a member of that group (table grp), and which numbered groups does a user fall into by
// regular expressions (table re_grp)?
//
// grp: one indexed SELECT for each call and nothing cached, so that an admin's change counts at once. re_grp:
// in memory, its expressions compiled; re_grp_reload puts a changed table in force.
#include "core/base/log.h"
#include "core/db/cached.h"
#include "core/module/module.h"
#include "core/script/regex.h"
#include "modules/group/user_source.h"

namespace junctor::group
{

namespace
{

constexpr Code member{1}, no_user{-1}, db_error{-5}, not_member{-6};  // as in OpenSER

}  // namespace

struct Membership {
    std::string username, domain, group;
    static constexpr auto table = db::table(db::TableName("grp", "table"), db::versions::from(2),
                                            db::column("username", &Membership::username, "user_column"),
                                            db::column("domain", &Membership::domain, "domain_column"),
                                            db::column("grp", &Membership::group, "group_column"));
};

// Users whose sip:user@domain matches are in the group of this number.
struct Expression {
    std::optional<std::string> text;
    std::optional<std::int64_t> group;
    static constexpr auto table =
        db::table("re_grp", db::versions::from(1), db::column("reg_exp", &Expression::text, "re_exp_column"),
                  db::column("group_id", &Expression::group, "re_gid_column"));
};

struct CompiledExpression {
    script::Regex regex;
    std::int64_t group;
};
using Expressions = std::vector<CompiledExpression>;  // in the order of the rows

namespace
{

Result<void> add_row(Expressions& expressions, Expression& row)
{
    if (!row.text || !row.group) return fail("a row has no expression or no group (NULL)");
    auto regex = script::Regex::compile(*row.text, {.ignore_case = true, .lines = true});
    if (!regex)
        return fail(fmt::format("the expression of group {}, {}: {}", *row.group, quoted_for_log(*row.text),
                                regex.error().text));
    expressions.push_back({std::move(*regex), *row.group});
    return {};
}

}  // namespace

class Group final : public Module
{
public:
    static void declare(Declaration<Group>& d)
    {
        d.param("db_url", &Group::db_url_, "the database");
        d.columns(&Group::members_);
        d.columns(&Group::expressions_);
        d.param("re_table", &Group::re_table_, "the table of expressions; empty: none");
        d.param("use_domain", &Group::use_domain_, "is_user_in() compares the domain, too");
        d.param("multiple_gid", &Group::multiple_gid_, "0: get_user_group() stops at the first match");
        d.param("db_deadline", &Group::db_deadline_,
                "milliseconds that a query may take; 0: as the global db_deadline");
        d.function("is_user_in", &Group::is_user_in, {Route::Request, Route::Failure},
                   "whose: Request-URI, To, From, Credentials or an AVP; then the group");
        d.function("get_user_group", &Group::get_user_group, {Route::Request, Route::Failure},
                   "whose, as for is_user_in(); then the AVP that gets the numbers of the groups");
        d.check(&Group::refuse_without_expressions);
        d.command("re_grp_reload", &Group::reload, "reads the table of expressions anew and puts it in force",
                  false);
    }

    Result<void> start(StartContext& context) override;
    Result<script::AvpName> parse_argument(const script::Argument& argument, script::BindContext& context,
                                           std::type_identity<script::AvpName>)
    {
        return context.variables.parse_avp_name(trim(argument.text), false);
    }

private:
    Task<Code> is_user_in(Message& message, UserSource whose, std::string group);
    Code get_user_group(Message& message, const UserSource& whose, const script::AvpName& avp);
    Result<void> refuse_without_expressions(std::span<const script::Argument>) const;
    Task<Result<void>> load();
    Task<mi::Reply> reload(mi::Request);

    std::string db_url_ = "mysql://openserro:openserro@localhost/openser";
    std::string re_table_;
    bool use_domain_ = false, multiple_gid_ = true;
    unsigned db_deadline_ = 0;
    db::Table<Membership> members_;
    db::Table<Expression> expressions_;  // bound if re_table is set
    db::Cached<Expressions> compiled_;
};

Result<void> Group::refuse_without_expressions(std::span<const script::Argument>) const
{
    if (re_table_.empty())
        return fail(
            "get_user_group() needs a table of expressions: set modparam(\"group\", \"re_table\", "
            "\"re_grp\")");
    return {};
}

Result<void> Group::start(StartContext& context)
{
    const auto deadline = std::chrono::milliseconds(db_deadline_);
    members_.set_deadline(deadline);
    if (auto bound = members_.bind(context.databases(), db_url_); !bound)
        return fail("group: " + bound.error().text);
    if (re_table_.empty()) return {};
    expressions_.set_name(re_table_);
    expressions_.set_deadline(deadline);
    if (auto bound = expressions_.bind(context.databases(), db_url_); !bound)
        return fail("group: " + bound.error().text);
    compiled_.prepare(context.workers());
    return context.databases().now_or_later("group: table " + re_table_, [this] { return load(); });
}

Task<Result<void>> Group::load()
{
    const auto loaded = co_await db::load(compiled_, expressions_, add_row);
    if (!loaded)
        co_return fail(loaded.error().status,
                       fmt::format("group: table {}: {}", re_table_, loaded.error().text));
    co_return Result<void>{};
}

Task<Code> Group::is_user_in(Message& message, UserSource whose, std::string group)
{
    const auto user = whose.of(message);
    if (!user) co_return no_user;

    auto where = db::where(&Membership::username, user->name).also(&Membership::group, group);
    if (use_domain_) where.also(db::where_host(&Membership::domain, user->domain));

    const auto rows = co_await members_.select(std::move(where), db::Window<Membership>().first(1));
    if (!rows) co_return message.fail(rows.error(), db_error);
    co_return rows->empty() ? not_member : member;
}

// The last row is tried first, as in OpenSER: scripts may count on the first number being the last row's.
Code Group::get_user_group(Message& message, const UserSource& whose, const script::AvpName& avp)
{
    const auto user = whose.of(message);
    if (!user) return no_user;
    if (!compiled_.is_loaded())
        return message.fail(
            {503, fmt::format("table {} has not been read yet: its database is away", re_table_)}, no_user);
    const std::string uri = fmt::format("sip:{}@{}", user->name, user->domain);

    int matches = 0;
    const Expressions& expressions = compiled_.read(message.environment().worker.index());
    for (auto expression = expressions.rbegin(); expression != expressions.rend(); ++expression) {
        if (!expression->regex.matches(uri)) continue;
        message.avps().add(avp, expression->group);
        ++matches;
        if (!multiple_gid_) break;
    }
    return matches > 0 ? Code{matches} : no_user;
}

Task<mi::Reply> Group::reload(mi::Request)
{
    if (re_table_.empty()) co_return mi::Reply::error(404, "No table of expressions (re_table)");
    const auto loaded = co_await db::load(compiled_, expressions_, add_row);
    if (!loaded) {
        log_error("group", "table {} is not reloaded, the expressions stay as they were: {}", re_table_,
                  loaded.error().text);
        co_return mi::Reply::error(500, "Table of expressions reload failed");
    }
    co_return mi::Reply::ok();
}

}  // namespace junctor::group

JUNCTOR_MODULE(junctor::group::Group)
