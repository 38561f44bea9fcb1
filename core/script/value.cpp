#include "core/script/value.h"

namespace junctor::script
{

Value Value::number(std::int64_t number)
{
    return number_as(std::to_string(number), number);
}

Value Value::number_as(std::string text, std::int64_t number)
{
    Value value(std::move(text));
    value.number_ = number;
    value.has_number_ = value.is_integer_ = true;
    return value;
}

Value Value::both(std::string_view text, std::int64_t number)
{
    Value value(text);
    value.number_ = number;
    value.has_number_ = true;
    return value;
}

Value Value::both(std::string text, std::int64_t number)
{
    Value value(std::move(text));
    value.number_ = number;
    value.has_number_ = true;
    return value;
}

std::string_view Value::text() const
{
    return std::visit([](const auto& text) { return std::string_view(text); }, text_);
}

Value Value::owned() const
{
    Value copy = *this;
    copy.text_ = std::string(text());
    return copy;
}

}  // namespace junctor::script
