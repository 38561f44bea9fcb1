// Pseudo-variables: `$ru`, `$avp(s:x)`, `$(hdr(Via[-1]){s.len})`. Parsed at load, read per message.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/result.h"
#include "core/script/avp.h"
#include "core/script/function.h"
#include "core/script/message.h"
#include "core/script/value.h"

namespace junctor::script
{

// A parsed occurrence. Shared by workers: reading changes nothing in it. A value may look into the message,
// its AVPs or the script's variables: whoever keeps it over a change of these, or a wait, asks for owned().
class Variable
{
public:
    virtual ~Variable() = default;
    virtual Value get(Message& message) const = 0;
    virtual bool is_writable() const { return false; }
    // `value` is null for `= null`. False: the target refuses it and keeps its old value.
    virtual bool set(Message& message, const Value& value) const;
    // For functions that ask for an AVP: its name, if this is one (dynamic names are resolved with
    // `message`).
    virtual std::optional<AvpName> avp_name(Message* message) const;
};
using VariablePtr = std::shared_ptr<const Variable>;

// Names known to this server: the core's and what modules add.
class VariableRegistry
{
public:
    VariableRegistry();  // with the core's variables
    ~VariableRegistry();

    // Adds a simple variable; modules call it while they are loaded. A second one of that name: error.
    Result<void> add(std::string name, std::function<Value(Message&)> get);
    // `avp_aliases`: "name=i:5;name2=s:abc".
    Result<void> add_avp_aliases(std::string_view definition);

    // One variable that starts with '$'. `rest` null (script text): the whole text is meant and trailing
    // characters are an error with the way out; else (formats) parsing stops behind the variable and `*rest`
    // is what follows.
    Result<VariablePtr> parse(std::string_view text, std::string_view* rest = nullptr);
    // "i:5", "s:name", "$avp(...)" or an alias, as module parameters name AVPs.
    Result<AvpName> parse_avp_name(std::string_view text, bool full_spec_required);
    std::string suggest(std::string_view name) const;  // nearest known name or empty

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Text with pseudo-variables, as in xlog("$ru from $si") and in the `fmt` parameters of modules.
class Format
{
public:
    Format();
    static Result<Format> parse(std::string_view text, VariableRegistry& variables);
    static Format literal(std::string text);
    bool is_literal() const;
    std::string_view literal_text() const;  // if is_literal()
    // Null prints <null>, errors nothing. Empty: the result is longer than `limit` bytes. Without `colours`
    // a terminal colour ($Crx, $C(rx)) prints nothing.
    std::optional<std::string> expand(Message& message, std::size_t limit = 1023, bool colours = false) const;

private:
    friend class FormatParser;
    struct Colour {
        std::string sequence;  // for the terminal
    };
    std::vector<std::variant<std::string, VariablePtr, Colour>> parts_;
};

template <>
struct ArgumentType<Format> {
    static Result<Format> parse(const Argument& argument, BindContext& context);
};
template <>
struct ArgumentType<VariablePtr> {
    static Result<VariablePtr> parse(const Argument& argument, BindContext& context);
};

}  // namespace junctor::script
