#include "core/script/variable_kinds.h"

namespace junctor::script
{

namespace
{

constexpr std::size_t most_joined_headers = 511;  // longer ones read as null, as in OpenSER

class HeaderVariable final : public Variable
{
public:
    HeaderVariable(std::variant<std::string, VariablePtr> name, ValueIndex index)
        : name_(std::move(name)), index_(index)
    {
    }

    Value get(Message& message) const override
    {
        if (const auto* name = std::get_if<std::string>(&name_)) return read(message.sip(), *name);
        const Value name = std::get<VariablePtr>(name_)->get(message);
        if (!name.is_present() || name.text().empty()) return Value::null();
        return read(message.sip(), name.text());
    }

private:
    Value read(const sip::Message& message, std::string_view name) const
    {
        const sip::Header* header = message.first(name);
        if (header == nullptr) return Value::null();
        if (index_.all) return joined(message, header);
        if (index_.number < 0) {
            while (const sip::Header* next = message.next(*header)) header = next;
        } else {
            for (int skip = index_.number; skip > 0 && header != nullptr; --skip)
                header = message.next(*header);
        }
        return header == nullptr ? Value::null() : Value::view(header->value);
    }

    static Value joined(const sip::Message& message, const sip::Header* header)
    {
        std::string text(header->value);
        while ((header = message.next(*header)) != nullptr && text.size() <= most_joined_headers)
            text.append(", ").append(header->value);
        return text.size() > most_joined_headers ? Value::null() : Value::text(std::move(text));
    }

    std::variant<std::string, VariablePtr> name_;
    ValueIndex index_;
};

class ScriptVariable final : public Variable
{
public:
    explicit ScriptVariable(std::string name) : name_(std::move(name)) {}

    Value get(Message& message) const override
    {
        const ScriptVariables::Stored& stored = message.environment().variables.get(name_);
        if (const auto* number = std::get_if<std::int64_t>(&stored)) return Value::number(*number);
        return Value::view(std::get<std::string>(stored));
    }

    bool is_writable() const override { return true; }
    bool set(Message& message, const Value& value) const override
    {
        ScriptVariables& variables = message.environment().variables;
        if (value.is_error()) return false;
        if (value.is_null())
            variables.set(name_, std::int64_t{0});
        else if (value.is_integer())
            variables.set(name_, value.number());
        else
            variables.set(name_, std::string(value.text()));
        return true;
    }

private:
    std::string name_;
};

class AvpVariable final : public Variable
{
public:
    AvpVariable(std::variant<AvpSpec, VariablePtr> name, ValueIndex index)
        : name_(std::move(name)), index_(index)
    {
    }

    Value get(Message& message) const override
    {
        if (const auto* spec = std::get_if<AvpSpec>(&name_)) return read(message.avps(), *spec);
        const auto spec = resolve(&message);
        return spec ? read(message.avps(), *spec) : Value::null();
    }

    bool is_writable() const override { return true; }
    bool set(Message& message, const Value& value) const override
    {
        const auto spec = resolve(&message);
        if (!spec || value.is_error()) return false;
        if (value.is_null())
            message.avps().remove_first(spec->name, spec->flags);
        else if (value.is_integer())
            message.avps().add(spec->name, value.number(), spec->flags);
        else
            message.avps().add(spec->name, std::string(value.text()), spec->flags);
        return true;
    }

    std::optional<AvpName> avp_name(Message* message) const override
    {
        auto spec = resolve(message);
        if (!spec) return {};
        return std::move(spec->name);
    }

private:
    std::optional<AvpSpec> resolve(Message* message) const
    {
        if (const auto* spec = std::get_if<AvpSpec>(&name_)) return *spec;
        if (message == nullptr) return {};
        const Value name = std::get<VariablePtr>(name_)->get(*message);
        if (!name.is_present()) return {};
        if (name.has_number()) {
            const auto id = static_cast<std::uint16_t>(name.number());
            if (id == 0) return {};
            return AvpSpec{{id}};
        }
        if (name.text().empty()) return {};
        return AvpSpec{{std::string(name.text())}};
    }

    static Value value_of(const Avp& avp)
    {
        if (const auto* number = std::get_if<std::int64_t>(&avp.value)) return Value::number(*number);
        return Value::view(std::get<std::string>(avp.value));
    }

    // None of that name: null. Some, but not that many: empty, as in OpenSER.
    Value read(const AvpList& avps, const AvpSpec& spec) const
    {
        if (index_.all) return joined(avps, spec);
        if (const Avp* avp = avps.find(spec.name, index_.number, spec.flags)) return value_of(*avp);
        return avps.find(spec.name, 0, spec.flags) == nullptr ? Value::null() : Value::view({});
    }

    static Value joined(const AvpList& avps, const AvpSpec& spec)
    {
        std::optional<std::string> text;
        for (const Avp& avp : avps.all()) {
            if (!(avp.name == spec.name) || (spec.flags != 0 && (avp.flags & spec.flags) == 0)) continue;
            if (text)
                text->append(", ");
            else
                text.emplace();
            text->append(value_of(avp).text());
        }
        return text ? Value::text(std::move(*text)) : Value::null();
    }

    std::variant<AvpSpec, VariablePtr> name_;
    ValueIndex index_;
};

class TransformedVariable final : public Variable
{
public:
    TransformedVariable(VariablePtr inner, std::vector<Transformation> transformations)
        : inner_(std::move(inner)), transformations_(std::move(transformations))
    {
    }

    Value get(Message& message) const override
    {
        Value value = inner_->get(message);
        for (const Transformation& transformation : transformations_) {
            Value next = transformation.apply(value, message);
            if (value.holds_text()) next = next.owned();  // it may look into what is about to go
            value = std::move(next);
        }
        return value;
    }

private:
    VariablePtr inner_;
    std::vector<Transformation> transformations_;
};

class TextVariable final : public Variable
{
public:
    explicit TextVariable(std::string text) : text_(std::move(text)) {}
    Value get(Message&) const override { return Value::view(text_); }

private:
    std::string text_;
};

}  // namespace

VariablePtr make_header_variable(std::variant<std::string, VariablePtr> name, ValueIndex index)
{
    return std::make_shared<HeaderVariable>(std::move(name), index);
}

VariablePtr make_script_variable(std::string name)
{
    return std::make_shared<ScriptVariable>(std::move(name));
}

VariablePtr make_avp_variable(std::variant<AvpSpec, VariablePtr> name, ValueIndex index)
{
    return std::make_shared<AvpVariable>(std::move(name), index);
}

VariablePtr make_transformed_variable(VariablePtr inner, std::vector<Transformation> transformations)
{
    return std::make_shared<TransformedVariable>(std::move(inner), std::move(transformations));
}

VariablePtr make_text_variable(std::string text)
{
    return std::make_shared<TextVariable>(std::move(text));
}

}  // namespace junctor::script
