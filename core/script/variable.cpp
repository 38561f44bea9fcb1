#include "core/script/variable.h"

#include <unordered_map>

#include "core/base/ascii.h"
#include "core/script/diagnostics.h"
#include "core/script/variable_parser.h"
#include "core/script/variables_core.h"

namespace junctor::script
{

namespace
{

constexpr std::uint16_t serial_branch_avp = 0x3434;  // what serialize_branches() keeps (core.md, 3.3)

class SimpleVariable final : public Variable
{
public:
    explicit SimpleVariable(const CoreVariable& entry) : entry_(entry) {}
    Value get(Message& message) const override { return entry_.get(message); }
    bool is_writable() const override { return entry_.set != nullptr; }
    bool set(Message& message, const Value& value) const override
    {
        return entry_.set != nullptr && !value.is_error() && entry_.set(message, value);
    }

private:
    const CoreVariable& entry_;
};

class ModuleVariable final : public Variable
{
public:
    explicit ModuleVariable(std::function<Value(Message&)> get) : get_(std::move(get)) {}
    Value get(Message& message) const override { return get_(message); }

private:
    std::function<Value(Message&)> get_;
};

}  // namespace

bool Variable::set(Message&, const Value&) const
{
    return false;
}

std::optional<AvpName> Variable::avp_name(Message*) const
{
    return {};
}

struct VariableRegistry::Impl final : VariableNames {
    template <class T>
    using ByName = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

    VariablePtr simple(std::string_view name) const override
    {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second;
    }
    const AvpName* avp_alias(std::string_view name) const override
    {
        const auto found = aliases.find(name);
        return found == aliases.end() ? nullptr : &found->second;
    }
    std::string suggest(std::string_view name) const override
    {
        if (name.size() < 3) return {};  // every name of two letters is near every other
        std::vector<std::string_view> known;
        for (const auto& [each, variable] : variables) known.push_back(each);
        std::sort(known.begin(), known.end());
        return std::string(script::suggest(name, known).value_or(std::string_view()));
    }

    ByName<VariablePtr> variables;
    ByName<AvpName> aliases;
};

VariableRegistry::VariableRegistry() : impl_(std::make_unique<Impl>())
{
    for (const auto table : {uri_variables(), header_variables(), message_variables()})
        for (const CoreVariable& entry : table)
            impl_->variables.emplace(entry.name, std::make_shared<SimpleVariable>(entry));
    impl_->aliases.emplace("serial_branch", AvpName{serial_branch_avp});
}

VariableRegistry::~VariableRegistry() = default;

Result<void> VariableRegistry::add(std::string name, std::function<Value(Message&)> get)
{
    const std::string shown = "$" + name;
    const bool added =
        impl_->variables.try_emplace(std::move(name), std::make_shared<ModuleVariable>(std::move(get)))
            .second;
    if (!added) return fail("there is a pseudo-variable " + shown + " already");
    return {};
}

// name=spec, separated by ';'.
Result<void> VariableRegistry::add_avp_aliases(std::string_view definition)
{
    for (std::size_t start = 0; start <= definition.size();) {
        const std::size_t end = std::min(definition.find(';', start), definition.size());
        const std::string_view entry = definition.substr(start, end - start);
        const std::size_t equals = entry.find('=');
        const std::string_view alias = trim(entry.substr(0, equals));
        if (alias.empty() || equals == std::string_view::npos)
            return fail(500,
                        "an AVP alias is written name=i:NUMBER or name=s:NAME, several with ; between them",
                        start);
        auto spec = parse_avp_spec(entry.substr(equals + 1), *impl_);
        if (!spec) return fail(500, spec.error().text, start + equals + 1);
        if (spec->flags != 0) return fail(500, "an AVP alias has no script flags", start);
        for (const auto& [other, name] : impl_->aliases)
            if (other == alias || name == spec->name)
                return fail(500,
                            "the AVP of alias " + std::string(alias) + " has the alias " + other + " already",
                            start);
        impl_->aliases.emplace(alias, std::move(spec->name));
        start = end + 1;
    }
    return {};
}

Result<VariablePtr> VariableRegistry::parse(std::string_view text, std::string_view* rest)
{
    VariableParser parser(text, *impl_);
    auto variable = parser.parse();
    if (!variable) return variable;
    const std::string_view behind = text.substr(parser.position());
    if (rest != nullptr) {
        *rest = behind;
        return variable;
    }
    if (behind.empty()) return variable;
    std::string error = "nothing may follow the variable";
    if (behind.front() == '{')
        error += "; a transformation stands inside parentheses: $(" +
                 std::string(text.substr(1, parser.position() - 1)) + std::string(behind) + ")";
    else if (behind.front() == '[')
        error += "; an index goes inside: $hdr(name[1]), $avp(s:name[1])";
    return fail(500, std::move(error), parser.position());
}

Result<AvpName> VariableRegistry::parse_avp_name(std::string_view text, bool full_spec_required)
{
    text = trim(text);
    if (text.starts_with('$')) {
        const auto variable = parse(text);
        if (!variable) return fail(variable.error());
        auto name = (*variable)->avp_name(nullptr);
        if (!name) return fail(std::string(text) + " is not an AVP with a fixed name, such as $avp(s:name)");
        return std::move(*name);
    }
    if (full_spec_required)
        return fail("an AVP is written $avp(i:NUMBER), $avp(s:NAME) or $avp(ALIAS) here, not " +
                    std::string(text));
    auto spec = parse_avp_spec(text, *impl_);
    if (!spec) return fail(std::move(spec.error()));
    return std::move(spec->name);
}

std::string VariableRegistry::suggest(std::string_view name) const
{
    return impl_->suggest(name);
}

Result<VariablePtr> ArgumentType<VariablePtr>::parse(const Argument& argument, BindContext& context)
{
    return context.variables.parse(trim(argument.text));
}

}  // namespace junctor::script
