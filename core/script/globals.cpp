#include "core/script/globals.h"

#include <array>
#include <span>

#include <fmt/format.h>
#include <syslog.h>

#include "core/base/ascii.h"
#include "core/script/globals_table.h"
#include "core/script/keywords.h"
#include "core/script/token.h"

namespace junctor::script
{
namespace
{

using ast::GlobalAssignment;
using ast::Literal;

std::string_view what(const Literal& value)
{
    switch (value.kind) {
        case Literal::Kind::Number: return "a number";
        case Literal::Kind::String: return "a string";
        case Literal::Kind::Word: return "a name";
        case Literal::Kind::Ip: return "an address";
        case Literal::Kind::Variable: return "a variable";
    }
    return "";
}

void refuse(const GlobalAssignment& assignment, std::string_view wanted, Diagnostics& diagnostics)
{
    diagnostics.error(assignment.value.range, fmt::format("{} needs {}, not {}", assignment.name.text, wanted,
                                                          what(assignment.value)));
}

// A number, or one in quotes (which may come from the environment).
std::optional<std::int64_t> number_in(const Literal& value)
{
    if (value.kind == Literal::Kind::Number) return value.number;
    if (value.kind != Literal::Kind::String) return std::nullopt;
    const auto number = number_of(value.text);
    return number ? number : number_word(value.text);
}

void assign(IntegerSetting& setting, const IntegerTarget& target, const GlobalAssignment& assignment,
            Diagnostics& diagnostics)
{
    const auto number = number_in(assignment.value);
    if (!number) return refuse(assignment, "a number", diagnostics);
    if (*number < target.least || *number > target.most) {
        diagnostics.error(
            assignment.value.range,
            fmt::format("{} is a number from {} to {}", assignment.name.text, target.least, target.most));
        return;
    }
    setting = {*number, assignment.name.range};
}

void assign(BooleanSetting& setting, const GlobalAssignment& assignment, Diagnostics& diagnostics)
{
    const auto number = number_in(assignment.value);
    if (!number) return refuse(assignment, "yes or no", diagnostics);
    setting = {*number != 0, assignment.name.range};
}

void assign(TextSetting& setting, Form form, const GlobalAssignment& assignment, Diagnostics& diagnostics)
{
    const Literal& value = assignment.value;
    const bool quoted = value.kind == Literal::Kind::String;
    const bool word = value.kind == Literal::Kind::Word;
    switch (form) {
        case Form::Quoted:
            if (!quoted) return refuse(assignment, "a string in quotes", diagnostics);
            break;
        case Form::Text:
            if (!quoted && !word) return refuse(assignment, "a name or a string in quotes", diagnostics);
            break;
        case Form::Host:
            if (!quoted && !word && value.kind != Literal::Kind::Ip) {
                return refuse(assignment, "an IP address or a host", diagnostics);
            }
            break;
    }
    setting = {value.kind == Literal::Kind::Ip ? value.ip.text() : value.text, assignment.name.range};
}

// Names that stand for numbers.
struct NamedNumber {
    std::string_view name;
    std::int64_t number;
};

constexpr std::array facilities{
    NamedNumber{"LOG_AUTH", LOG_AUTH},     NamedNumber{"LOG_AUTHPRIV", LOG_AUTHPRIV},
    NamedNumber{"LOG_CRON", LOG_CRON},     NamedNumber{"LOG_DAEMON", LOG_DAEMON},
    NamedNumber{"LOG_FTP", LOG_FTP},       NamedNumber{"LOG_KERN", LOG_KERN},
    NamedNumber{"LOG_LOCAL0", LOG_LOCAL0}, NamedNumber{"LOG_LOCAL1", LOG_LOCAL1},
    NamedNumber{"LOG_LOCAL2", LOG_LOCAL2}, NamedNumber{"LOG_LOCAL3", LOG_LOCAL3},
    NamedNumber{"LOG_LOCAL4", LOG_LOCAL4}, NamedNumber{"LOG_LOCAL5", LOG_LOCAL5},
    NamedNumber{"LOG_LOCAL6", LOG_LOCAL6}, NamedNumber{"LOG_LOCAL7", LOG_LOCAL7},
    NamedNumber{"LOG_LPR", LOG_LPR},       NamedNumber{"LOG_MAIL", LOG_MAIL},
    NamedNumber{"LOG_NEWS", LOG_NEWS},     NamedNumber{"LOG_SYSLOG", LOG_SYSLOG},
    NamedNumber{"LOG_USER", LOG_USER},     NamedNumber{"LOG_UUCP", LOG_UUCP},
};

// OpenSER took every name for low delay, and low delay for throughput.
constexpr std::array services{
    NamedNumber{"IPTOS_LOWDELAY", 0x10},    NamedNumber{"IPTOS_THROUGHPUT", 0x08},
    NamedNumber{"IPTOS_RELIABILITY", 0x04}, NamedNumber{"IPTOS_LOWCOST", 0x02},
    NamedNumber{"IPTOS_MINCOST", 0x02},
};

void assign_named(IntegerSetting& setting, std::span<const NamedNumber> names,
                  const GlobalAssignment& assignment, Diagnostics& diagnostics)
{
    std::vector<std::string_view> known;
    for (const auto& named : names) {
        if (iequals(named.name, assignment.value.text)) {
            setting = {named.number, assignment.name.range};
            return;
        }
        known.push_back(named.name);
    }
    diagnostics.error(assignment.value.range,
                      fmt::format("'{}' is no value of {}", assignment.value.text, assignment.name.text),
                      did_you_mean(assignment.value.text, known));
}

// What takes several values, or names for numbers.
void assign(ScriptGlobals& globals, SpecialTarget target, const GlobalAssignment& assignment,
            Diagnostics& diagnostics)
{
    switch (target) {
        case SpecialTarget::Listen:
            globals.listen.insert(globals.listen.end(), assignment.sockets.begin(), assignment.sockets.end());
            return;
        case SpecialTarget::Alias:
            globals.alias.insert(globals.alias.end(), assignment.sockets.begin(), assignment.sockets.end());
            return;
        case SpecialTarget::LogFacility:
            return assign_named(globals.log_facility, facilities, assignment, diagnostics);
        case SpecialTarget::Tos:
            if (!number_in(assignment.value))
                return assign_named(globals.tos, services, assignment, diagnostics);
            return assign(globals.tos, IntegerTarget{&ScriptGlobals::tos, 1, 255}, assignment, diagnostics);
        case SpecialTarget::AvpAliases:
            TextSetting definition;
            assign(definition, Form::Quoted, assignment, diagnostics);
            if (definition.is_set()) globals.avp_aliases.push_back(std::move(definition));
            return;
    }
}

// sslv23 SSLv23 SSLV23 ...: kept in the spelling with a small v.
void assign_tls_method(TextSetting& setting, const GlobalAssignment& assignment, Diagnostics& diagnostics)
{
    for (const auto* method : {"SSLv2", "SSLv3", "SSLv23", "TLSv1"}) {
        if (!iequals(method, assignment.value.text)) continue;
        setting = {method, assignment.name.range};
        return;
    }
    diagnostics.error(assignment.value.range, fmt::format("'{}' is no TLS method", assignment.value.text),
                      "SSLv23 takes every version that is safe today; SSLv2, SSLv3 and TLSv1 are known, too");
}

void assign_tls(TlsSettings& tls, const GlobalParameter& parameter, const GlobalAssignment& assignment,
                Diagnostics& diagnostics)
{
    if (const auto* text = std::get_if<TlsTextTarget>(&parameter.target)) {
        if (*text == &TlsSettings::method) {
            assign_tls_method(tls.method, assignment, diagnostics);
        } else {
            assign(tls.*(*text), Form::Quoted, assignment, diagnostics);
        }
    } else if (const auto* boolean = std::get_if<TlsBooleanTarget>(&parameter.target)) {
        assign(tls.*(*boolean), assignment, diagnostics);
    }
}

class Assigner
{
public:
    Assigner(ScriptGlobals& globals, Diagnostics& diagnostics) : globals_(globals), diagnostics_(diagnostics)
    {
    }

    void operator()(const ast::LoadModule&) {}
    void operator()(const ast::ModuleParameter&) {}
    void operator()(const ast::ModulePath&) {}

    void operator()(const GlobalAssignment& assignment)
    {
        const GlobalParameter* parameter = find_global(assignment.name.text);
        if (!parameter) {
            auto names = global_names();
            const auto others = top_level_words();
            names.insert(names.end(), others.begin(), others.end());
            diagnostics_.error(assignment.name.range,
                               fmt::format("there is no parameter {}", assignment.name.text),
                               did_you_mean(assignment.name.text, names));
            return;
        }
        if (const auto* integer = std::get_if<IntegerTarget>(&parameter->target)) {
            assign(globals_.*(integer->member), *integer, assignment, diagnostics_);
        } else if (const auto* boolean = std::get_if<BooleanTarget>(&parameter->target)) {
            assign(globals_.*(*boolean), assignment, diagnostics_);
        } else if (const auto* text = std::get_if<TextTarget>(&parameter->target)) {
            assign(globals_.*(text->member), text->form, assignment, diagnostics_);
        } else if (const auto* special = std::get_if<SpecialTarget>(&parameter->target)) {
            assign(globals_, *special, assignment, diagnostics_);
        } else {
            assign_tls(globals_.tls, *parameter, assignment, diagnostics_);
        }
        if (!parameter->no_effect.empty()) {
            globals_.without_effect.push_back({parameter->name, parameter->no_effect, assignment.name.range});
        }
    }

    void operator()(const ast::Blacklist& list)
    {
        constexpr std::size_t most = 32;  // as in OpenSER: they are bits of a word
        for (const auto& other : globals_.blacklists) {
            if (other.name.text != list.name.text) continue;
            diagnostics_.error(list.name.range,
                               fmt::format("the blacklist {} exists already", list.name.text));
            return;
        }
        if (globals_.blacklists.size() == most) {
            diagnostics_.error(list.name.range, fmt::format("there can be {} blacklists", most));
            return;
        }
        globals_.blacklists.push_back(list);
    }

    void operator()(const ast::TlsDomain& domain)
    {
        TlsDomainSettings settings{domain.server, domain.address, domain.name ? domain.name->text : "", {}};
        for (const auto& assignment : domain.settings) {
            const GlobalParameter* parameter = find_global(assignment.name.text);
            const bool tls = parameter && (std::holds_alternative<TlsTextTarget>(parameter->target) ||
                                           std::holds_alternative<TlsBooleanTarget>(parameter->target));
            const bool other_side = domain.server
                                        ? assignment.name.text == "tls_verify_server"
                                        : assignment.name.text == "tls_verify_client" ||
                                              assignment.name.text == "tls_require_client_certificate";
            if (!tls || other_side) {
                diagnostics_.error(assignment.name.range,
                                   fmt::format("{} is no setting of a TLS {} domain", assignment.name.text,
                                               domain.server ? "server" : "client"));
                continue;
            }
            assign_tls(settings.settings, *parameter, assignment, diagnostics_);
        }
        globals_.tls_domains.push_back(std::move(settings));
    }

private:
    ScriptGlobals& globals_;
    Diagnostics& diagnostics_;
};

}  // namespace

ScriptGlobals read_globals(const ast::Script& script, Diagnostics& diagnostics)
{
    ScriptGlobals globals;
    globals.log_facility.value = LOG_DAEMON;
    Assigner assigner(globals, diagnostics);
    for (const auto& item : script.items) std::visit(assigner, item);
    return globals;
}

}  // namespace junctor::script
