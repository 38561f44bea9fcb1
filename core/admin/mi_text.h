// The text form of MI that OpenSER 1.2 speaks over its FIFO (management-interface, part 2):
//
//     :command:reply_name      200 OK
//     argument                 Name:: value attribute=value
//     name:: "quoted"          <indent>Child:: value
//     (empty line)             (empty line)
//
// Pure: bytes in, requests out; replies in, text out. What a stranger may send is bounded, and a request that
// cannot be understood costs itself only: reading goes on behind its empty line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/module/mi.h"

namespace junctor::mi::text
{

constexpr std::size_t max_first_line = 1023;  // bytes, without the line end
constexpr std::size_t max_arguments = 8192;   // bytes of all argument lines, with their line ends

struct FramedRequest {
    std::string command;
    std::string reply_name;       // as given; is_reply_name() says whether it may be used
    std::string input;            // the argument lines, unread: a command without input discards them
    bool input_too_long = false;  // beyond max_arguments; `input` is then incomplete
};

// Cuts a stream of bytes into requests, in pieces of any size.
class RequestReader
{
public:
    // Requests that these bytes complete. An error is a first line that gets no answer: text for the log.
    std::vector<Result<FramedRequest>> feed(std::string_view bytes);

private:
    enum class State { FirstLine, Arguments, Skipping };

    void end_line(std::vector<Result<FramedRequest>>& found);
    void begin_request(std::vector<Result<FramedRequest>>& found);

    State state_ = State::FirstLine;
    std::string line_;  // the line being read, never longer than the limit of its kind
    bool line_too_long_ = false;
    FramedRequest request_;
};

// Values of the argument lines, by position: names are dropped. An error answers 400.
Result<std::vector<std::string>> parse_arguments(std::string_view input);

// A plain file name: without `.`, `/` and `\`, so that it cannot leave the reply directory.
bool is_reply_name(std::string_view name);

std::string print(const Reply& reply, std::string_view indent);  // with its final empty line

}  // namespace junctor::mi::text
