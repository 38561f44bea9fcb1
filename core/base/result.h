// A value or the reason why there is none. What traffic, a user or a database can cause is a value, never an
// exception (style.md, section 7).
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace junctor
{

struct Error {
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

    int status = 500;              // the SIP answer that fits, or an MI code
    std::string text;              // a sentence for the person who reads it
    std::size_t offset = nowhere;  // of the offending byte in what was parsed, where known
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(int status, std::string text, std::size_t offset = Error::nowhere)
{
    return tl::unexpected<Error>(Error{status, std::move(text), offset});
}

inline tl::unexpected<Error> fail(std::string text)
{
    return fail(500, std::move(text));
}

inline tl::unexpected<Error> fail(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace junctor
