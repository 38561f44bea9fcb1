// A message written out at start but for the few fields that differ from one to the next: rendering is a
// handful of copies.
//
// The text has lines that end with \n and words in braces. Those that are the same for the whole run
// ({domain}, {transport}, {host}, {expires}, {run}, {as_tcp}) are filled in at once; Field lists the others.
// Body and Content-Length are added by the constructor; a body has constants only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sipload/identity.h"
#include "tools/sipload/options.h"

namespace junctor::load
{

// What differs from message to message.
struct Values {
    unsigned user = 0, peer = 0;  // {user} {peer}: with the prefix
    Identity identity{};          // {id}: 16 digits; {branch}: with cookie and step
    std::string_view local{};     // {local}: our address and port
    std::uint32_t cseq = 1;       // {cseq}
    std::string_view to{};        // {to}: value of the To header of a dialog
    std::string_view target{};    // {target}: its remote target
    std::string_view headers{};   // {headers}: further header lines
};

class Template
{
public:
    Template(const Options& options, std::string_view head, std::string_view body = {});

    void append(const Values& values, std::string& out) const;

private:
    enum class Field { None, User, Peer, Id, Branch, Local, CSeq, To, Target, Headers };
    static Field field_named(std::string_view name);
    struct Piece {
        std::string text;  // before the field
        Field field = Field::None;
    };
    void append_field(Field field, const Values& values, std::string& out) const;

    std::string prefix_;
    std::vector<Piece> pieces_;
};

// The requests of all scenarios.
struct Templates {
    explicit Templates(const Options& options);
    Template options, register_, message, invite, ack_to_failure, ack, bye;
};

}  // namespace junctor::load
