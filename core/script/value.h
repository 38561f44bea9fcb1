// What reading a pseudo-variable yields: OpenSER's value model (null, empty, string, integer, both, error).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace junctor::script
{

class Value
{
public:
    enum class State : std::uint8_t { Null, Present, Error };

    Value() = default;  // null
    static Value null() { return {}; }
    static Value error()
    {
        Value value;
        value.state_ = State::Error;
        return value;
    }
    static Value view(std::string_view text) { return Value(text); }        // `text` outlives the value
    static Value text(std::string text) { return Value(std::move(text)); }  // class S
    static Value number(std::int64_t number);  // class I: of integer type, printed on demand
    static Value both(std::string_view text, std::int64_t number);  // class SI; `text` outlives the value
    static Value both(std::string text, std::int64_t number);
    static Value number_as(std::string text, std::int64_t number);  // class I, printed as `text`

    State state() const { return state_; }
    bool is_null() const { return state_ == State::Null; }
    bool is_error() const { return state_ == State::Error; }
    bool is_present() const { return state_ == State::Present; }
    bool has_text() const { return has_text_; }
    bool has_number() const { return has_number_; }
    bool is_integer() const { return is_integer_; }  // class I: of integer *type*
    std::string_view text() const;                   // empty without text part; class I: its decimal digits
    std::int64_t number() const { return number_; }
    bool holds_text() const { return std::holds_alternative<std::string>(text_); }
    Value owned() const;  // holds its text itself

private:
    explicit Value(std::string_view text) : text_(text), state_(State::Present), has_text_(true) {}
    explicit Value(std::string text) : text_(std::move(text)), state_(State::Present), has_text_(true) {}

    std::variant<std::string_view, std::string> text_;
    std::int64_t number_ = 0;
    State state_ = State::Null;
    bool has_text_ = false, has_number_ = false, is_integer_ = false;
};

}  // namespace junctor::script
