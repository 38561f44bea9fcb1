// A phone (or gateway, or attacker) of a scenario: what it leaves out of a message is filled in as a
// well-behaved user agent would, from what it sent and received before (RFC 3261 §8, §12).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.h"
#include "core/base/result.h"
#include "core/sip/message.h"

namespace junctor::server
{

class Peer
{
public:
    Peer(std::string name, Endpoint address, Protocol protocol);

    const std::string& name() const { return name_; }
    const Endpoint& address() const { return address_; }
    Protocol protocol() const { return protocol_; }
    void set_password(std::string password) { password_ = std::move(password); }
    void set_user(std::string user) { user_ = std::move(user); }  // of its credentials; at first its name

    // A request as the scenario names it: "INVITE sip:bob@example.test" and lines that add, replace ("Name:
    // value") or leave out ("!Name") headers, or make the body ("| text"). An ACK, CANCEL, BYE or other
    // request without a URI belongs to the conversation before: its headers come from there.
    Result<std::string> request(std::string_view method, std::string_view uri,
                                const std::vector<std::string>& details);
    // The last request once more, with credentials for the challenge that came (or, without one, as a new
    // request).
    Result<std::string> retry(const std::vector<std::string>& details);
    // An answer to the last request received (of that method, if one is named: "200 BYE").
    Result<std::string> response(int status, std::string_view reason, std::string_view method,
                                 const std::vector<std::string>& details);
    const std::string& last_sent() const { return last_sent_; }

    void on_received(sip::MessagePtr message);

private:
    struct Headers;
    std::string finish(std::string start_line, Headers headers);
    void fill_new(Headers& headers, std::string_view method, std::string_view uri);
    void fill_in_dialog(Headers& headers, std::string_view method, std::string& uri);
    Result<std::string> credentials(std::string_view method, std::string_view uri) const;
    std::string new_branch();
    std::string new_tag();

    std::string name_;
    Endpoint address_;
    Protocol protocol_;
    std::string user_, password_;
    unsigned counter_ = 0;  // makes branches, tags and Call-IDs differ and replay exactly

    std::string last_sent_;
    sip::MessagePtr last_request_sent_;      // other than ACK and CANCEL
    sip::MessagePtr last_request_received_;  // other than ACK and CANCEL
    sip::MessagePtr last_response_;          // to last_request_sent_, with its To-tag
    std::vector<sip::MessagePtr> received_requests_;
    std::uint32_t cseq_ = 0;
    std::string to_tag_;  // of our answers in the dialog that a request to us opened
};

}  // namespace junctor::server
