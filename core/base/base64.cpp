#include "core/base/base64.h"

#include <openssl/evp.h>

namespace junctor
{

std::string to_base64(std::string_view bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4, '\0');
    // The library writes a zero byte behind the text, where std::string has one.
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    return text;
}

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0) return {};
    std::string bytes(text.size() / 4 * 3, '\0');
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (length < 0) return {};
    // It counts padding as zero bytes.
    const std::size_t padding = text.empty() ? 0 : text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

}  // namespace junctor
