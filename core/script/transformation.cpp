#include "core/script/transformation.h"

#include "core/base/ascii.h"
#include "core/script/variable.h"

namespace junctor::script
{

const TransformationSpec* find_transformation(std::string_view name)
{
    for (const auto specs : {text_transformations(), uri_transformations()})
        for (const TransformationSpec& spec : specs)
            if (iequals(spec.name, name)) return &spec;
    return nullptr;
}

Value Transformation::apply(const Value& input, Message& message) const
{
    TransformationSpec::Arguments arguments;
    std::array<Value, 2> values;  // what the arguments look into
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (const auto* number = std::get_if<std::int64_t>(&parameters_[i])) {
            arguments[i].number = *number;
        } else if (const auto* text = std::get_if<std::string>(&parameters_[i])) {
            arguments[i].text = *text;
        } else {
            values[i] = std::get<VariablePtr>(parameters_[i])->get(message);
            if (!values[i].is_present()) return Value::error();
            arguments[i].text = values[i].text();
            if (spec_->parameters[i] != TransformationSpec::Kind::Number) continue;
            const auto number = values[i].has_number() ? values[i].number() : parse_signed(values[i].text());
            if (!number) return Value::error();
            arguments[i].number = *number;
        }
    }
    return input.is_error() ? Value::error() : spec_->apply(input, arguments);
}

}  // namespace junctor::script
