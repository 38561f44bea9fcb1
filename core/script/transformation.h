// Transformations of values: $(ru{uri.host}), $(hdr(X-Note){s.substr,0,5}) (pseudo-variables.md, section 5).
//
// Pure functions of a value and up to two parameters, found by name at load. A value that a transformation
// cannot do anything with becomes an error value.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/script/value.h"

namespace junctor::script
{

class Message;
class Variable;

struct TransformationSpec {
    enum class Kind : std::uint8_t { None, Number, Text, Separator };
    struct Argument {
        std::int64_t number = 0;
        std::string_view text;
    };
    using Arguments = std::array<Argument, 2>;

    std::string_view name;  // "s.len"; found ignoring case
    Value (*apply)(const Value& input, const Arguments& arguments);
    std::array<Kind, 2> parameters = {Kind::None, Kind::None};
};

std::span<const TransformationSpec> text_transformations();  // s.*
std::span<const TransformationSpec> uri_transformations();   // uri.* and param.*
const TransformationSpec* find_transformation(std::string_view name);

class Transformation
{
public:
    // A number, a text, or a variable that holds it.
    using Parameter = std::variant<std::int64_t, std::string, std::shared_ptr<const Variable>>;

    explicit Transformation(const TransformationSpec& spec) : spec_(&spec) {}
    const TransformationSpec& spec() const { return *spec_; }
    const Parameter& parameter(std::size_t position) const { return parameters_[position]; }
    void set_parameter(std::size_t position, Parameter value) { parameters_[position] = std::move(value); }
    Value apply(const Value& input, Message& message) const;

private:
    const TransformationSpec* spec_;
    std::array<Parameter, 2> parameters_;
};

}  // namespace junctor::script
