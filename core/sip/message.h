// A SIP message as it came in: its bytes plus an index of its header lines (design.md, "A
// message is its bytes plus an index"). Receiving is one pass that copies nothing; a header is
// parsed when somebody asks, once.
//
// The bytes never change (but for overwrite()); changes are Edits, applied while writing out (edits.h,
// write.h). Belongs to one worker. Limits: 65,535 bytes, 256 header lines, 64 Vias; more is refused.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/sip/cseq.h"
#include "core/sip/header.h"
#include "core/sip/method.h"
#include "core/sip/name_addr.h"
#include "core/sip/uri.h"
#include "core/sip/via.h"

namespace junctor::sip
{

constexpr std::size_t max_message_size = 65535;

class Message
{
    struct Private {  // who can make one may call the constructor
        explicit Private() = default;
    };

public:
    explicit Message(Private) {}
    // Indexes `bytes`: one whole message as framed by the transport. Fails only where no index can be made:
    // bad first line, a line without a colon, a bare CR or LF, no blank line, too many headers. Header
    // contents are judged by check_message(). What follows the body that a valid Content-Length announces is
    // cut off (§18.3); empty lines before the first line too (§7.5). The error's status is 505 for another
    // version of SIP, else 400.
    static Result<std::shared_ptr<Message>> parse(std::string bytes);
    // The same; `bytes` are taken only if it succeeds, so that salvage() has them.
    static Result<std::shared_ptr<Message>> take(std::string& bytes);
    // For a request that parse() refused: as much of an index as its answer needs. Line ends are mended,
    // lines that are no headers left out. Null where no answer can be made: no usable Via, an ACK, a
    // response, not SIP at all.
    static std::shared_ptr<Message> salvage(std::string bytes);

    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;

    std::string_view bytes() const { return bytes_; }
    bool is_request() const { return status_ == 0; }

    // Requests.
    std::string_view method() const { return method_; }
    Method method_id() const { return method_id_; }
    std::string_view request_uri() const { return request_uri_; }
    const Uri* uri() const;  // parsed request_uri(); null if it does not parse

    // Responses.
    int status() const { return status_; }  // 100..699; 0 in a request
    std::string_view reason() const { return reason_; }

    // Headers, in order of appearance.
    std::span<const Header> headers() const { return headers_; }
    const Header* first(HeaderType type) const;
    const Header* first(std::string_view name) const;  // by type where known, else by text
    const Header* next(const Header& after) const;     // of the same type (or name)
    std::size_t count(HeaderType type) const;

    // Parsed on demand and kept; null or empty if absent or malformed.
    const Via* top_via() const;
    std::vector<Via> vias() const;  // all, across header lines; not kept
    const NameAddr* from() const;
    const NameAddr* to() const;
    const CSeq* cseq() const;
    std::string_view call_id() const;
    std::optional<std::uint32_t> max_forwards() const;  // empty: absent or not a number up to 255
    std::optional<std::uint32_t> expires() const;
    std::optional<std::size_t> content_length() const;
    // The method of the transaction: method() or, in a response, that of CSeq.
    Method transaction_method() const;

    std::string_view body() const { return std::string_view(bytes_).substr(body_offset_); }
    std::size_t body_offset() const { return body_offset_; }        // just after the blank line
    std::size_t headers_offset() const { return headers_offset_; }  // of the first header line
    std::size_t headers_end() const { return headers_end_; }        // of the blank line
    std::size_t offset_of(std::string_view part) const
    {
        return static_cast<std::size_t>(part.data() - bytes_.data());
    }

    // Kept here for the transaction layer, which computes it and needs it several times; 0: not yet.
    std::uint64_t& transaction_key() const { return transaction_key_; }

    // Replaces bytes in place by as many others (Max-Forwards counts down this way);
    // cached values are forgotten.
    void overwrite(std::size_t offset, std::string_view text);

private:
    enum class Strictness { Strict, Salvage };
    Result<void> index(Strictness strictness);
    Result<void> index_start_line(std::string_view line, Strictness strictness);
    Result<void> index_request_line(std::string_view line, Strictness strictness);
    Result<void> index_status_line(std::string_view line);
    Result<void> index_headers(Strictness strictness);
    void cut_to_content_length();

    enum Parsed : std::uint8_t { UriBit = 1, ViaBit = 2, FromBit = 4, ToBit = 8, CSeqBit = 16 };

    std::string bytes_;
    std::vector<Header> headers_;
    std::string_view method_, request_uri_, reason_;
    Method method_id_ = Method::Other;
    int status_ = 0;
    std::size_t headers_offset_ = 0, headers_end_ = 0, body_offset_ = 0;

    mutable std::uint64_t transaction_key_ = 0;
    mutable std::uint8_t parsed_ = 0;
    mutable std::optional<Uri> uri_;
    mutable std::optional<Via> via_;
    mutable std::optional<NameAddr> from_, to_;
    mutable std::optional<CSeq> cseq_;
};

using MessagePtr = std::shared_ptr<Message>;

}  // namespace junctor::sip
