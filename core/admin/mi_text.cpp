#include "core/admin/mi_text.h"

#include "core/base/ascii.h"

namespace junctor::mi::text
{
namespace
{

Result<FramedRequest> parse_first_line(std::string_view line)
{
    while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
    if (line.size() < 3) return fail(400, "a request has at least 3 characters");
    if (line.front() != ':') return fail(400, "a request begins with ':'");
    const std::size_t colon = line.find(':', 1);
    if (colon == std::string_view::npos) return fail(400, "no second ':' behind the command");
    if (colon == 1) return fail(400, "the command is empty");
    FramedRequest request;
    request.command = line.substr(1, colon - 1);
    request.reply_name = line.substr(colon + 1);
    return request;
}

// A value that starts with a quote, which `text` has lost already. It ends at the next quote without a
// backslash before it, on this line or a later one; `rest` is what follows the closing quote's line.
Result<std::string> parse_quoted(std::string_view text, std::string_view& rest)
{
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            const std::size_t end = std::min(text.find('\n', i), text.size());
            if (!trim(text.substr(i + 1, end - i - 1)).empty())
                return fail(400, "only blanks may follow a closing quote");
            rest = text.substr(std::min(end + 1, text.size()));
            return value;
        }
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') ++i;
        value += text[i];
    }
    return fail(400, "a quoted value does not end");
}

void print_node(std::string& out, const Node& node, std::string_view indent, std::size_t level)
{
    for (std::size_t i = 0; i < level; ++i) out += indent;
    if (!node.name.empty()) (out += node.name) += ":: ";
    out += node.value;
    for (const auto& [name, value] : node.attributes) (((out += ' ') += name) += '=') += value;
    out += '\n';
    for (const Node& child : node.children) print_node(out, child, indent, level + 1);
}

}  // namespace

std::vector<Result<FramedRequest>> RequestReader::feed(std::string_view bytes)
{
    std::vector<Result<FramedRequest>> found;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        const std::size_t limit = state_ == State::FirstLine ? max_first_line : max_arguments;
        if (line_.size() + part.size() > limit) {
            line_too_long_ = true;
            line_.assign(1, '?');  // it is not an empty line
        } else if (!line_too_long_) {
            line_ += part;
        }
        if (end == std::string_view::npos) break;
        bytes.remove_prefix(end + 1);
        end_line(found);
        line_.clear();
        line_too_long_ = false;
    }
    return found;
}

void RequestReader::end_line(std::vector<Result<FramedRequest>>& found)
{
    switch (state_) {
        case State::FirstLine:
            if (!line_.empty()) begin_request(found);  // empty lines between requests mean nothing
            return;
        case State::Skipping:
            if (line_.empty()) state_ = State::FirstLine;
            return;
        case State::Arguments:
            if (line_.empty()) {
                state_ = State::FirstLine;
                found.emplace_back(std::move(request_));
            } else if (line_too_long_ || request_.input.size() + line_.size() + 1 > max_arguments) {
                request_.input_too_long = true;
            } else if (!request_.input_too_long) {
                (request_.input += line_) += '\n';
            }
            return;
    }
}

void RequestReader::begin_request(std::vector<Result<FramedRequest>>& found)
{
    auto request = line_too_long_ ? fail(400, "the first line is too long") : parse_first_line(line_);
    if (request) {
        request_ = std::move(*request);
        state_ = State::Arguments;
    } else {
        state_ = State::Skipping;
        found.push_back(std::move(request));
    }
}

Result<std::vector<std::string>> parse_arguments(std::string_view input)
{
    std::vector<std::string> arguments;
    while (!input.empty()) {
        const std::size_t end = std::min(input.find('\n'), input.size());
        std::string_view value = trim(input.substr(0, end));
        std::string_view rest = input.substr(std::min(end + 1, input.size()));
        if (value.empty()) {
            input = rest;
            continue;
        }
        // A quoted value may hold "::" (an IPv6 address); otherwise what stands before it is a name.
        const std::size_t separator = value.front() == '"' ? std::string_view::npos : value.find("::");
        if (separator != std::string_view::npos) value = trim(value.substr(separator + 2));

        if (!value.empty() && value.front() == '"') {
            const auto from = static_cast<std::size_t>(value.data() - input.data()) + 1;
            auto quoted = parse_quoted(input.substr(from), rest);
            if (!quoted) return fail(std::move(quoted.error()));
            arguments.push_back(std::move(*quoted));
        } else if (value.find('"') != std::string_view::npos) {
            return fail(400, "a quote inside a value that does not start with one");
        } else {
            arguments.emplace_back(value);
        }
        input = rest;
    }
    return arguments;
}

bool is_reply_name(std::string_view name)
{
    return !name.empty() && name.find_first_of("./\\") == std::string_view::npos;
}

std::string print(const Reply& reply, std::string_view indent)
{
    std::string out = std::to_string(reply.code) + ' ' + reply.reason + '\n';
    for (const Node& node : reply.nodes) print_node(out, node, indent, 0);
    out += '\n';
    return out;
}

}  // namespace junctor::mi::text
