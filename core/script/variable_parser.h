// Reads pseudo-variables out of text (pseudo-variables.md, sections 1, 4 and 5). Private to core/script.
//
// Errors carry the offset in the text that the parser was made with. Nesting (dynamic names, parameters of
// transformations) is bounded.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/script/transformation.h"
#include "core/script/variable.h"

namespace junctor::script
{

// What names mean: the registry's tables.
class VariableNames
{
public:
    virtual ~VariableNames() = default;
    virtual VariablePtr simple(std::string_view name) const = 0;  // null: unknown
    virtual const AvpName* avp_alias(std::string_view name) const = 0;
    virtual std::string suggest(std::string_view name) const = 0;
};

// Which of several headers or AVPs: [0], [n], [-1] (the last), [*].
struct ValueIndex {
    bool all = false;
    int number = 0;
};

struct AvpSpec {
    AvpName name;
    std::uint8_t flags = 0;
};
// "i:5", "s:name", "s5:name" or an alias.
Result<AvpSpec> parse_avp_spec(std::string_view text, const VariableNames& names);

class VariableParser
{
public:
    static constexpr int max_nesting = 8;

    VariableParser(std::string_view text, const VariableNames& names, int nesting = 0)
        : text_(text), names_(names), nesting_(nesting)
    {
    }

    Result<VariablePtr> parse();  // one that starts here, with '$'
    std::size_t position() const { return at_; }

private:
    Result<VariablePtr> parenthesised();
    Result<VariablePtr> named();
    Result<VariablePtr> avp();
    Result<VariablePtr> header();
    Result<VariablePtr> script_variable();
    Result<ValueIndex> index();
    Result<void> close();
    Result<VariablePtr> nested();

    Result<Transformation> transformation();
    Result<Transformation::Parameter> parameter(TransformationSpec::Kind kind);

    tl::unexpected<Error> error(std::string text) const { return error(std::move(text), at_); }
    tl::unexpected<Error> error(std::string text, std::size_t at) const
    {
        return fail(500, std::move(text), at);
    }
    tl::unexpected<Error> unknown(std::string_view name, std::size_t at) const;
    bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool accept(char c);
    void skip_blanks();
    std::string_view take_until(std::string_view stops);

    std::string_view text_;
    const VariableNames& names_;
    int nesting_;
    std::size_t at_ = 0;
};

}  // namespace junctor::script
