#include "tools/junctorctl/rc_file.h"

#include <optional>

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::ctl
{
namespace
{

bool is_name_char(char c)
{
    return is_alnum(c) || c == '_';
}

// Reads shell words, character by character.
class Reader
{
public:
    Reader(std::string_view text, const Variables* variables) : text_(text), variables_(variables) {}

    bool at_end() const { return position_ >= text_.size(); }
    char peek() const { return text_[position_]; }
    void skip_blanks()
    {
        while (!at_end() && is_blank(peek())) ++position_;
    }
    // Also what separates statements.
    bool at_end_of_statement() const { return at_end() || peek() == ';' || peek() == '#'; }
    bool take(char c)
    {
        if (at_end() || peek() != c) return false;
        ++position_;
        return true;
    }
    std::string_view name()
    {
        const std::size_t from = position_;
        if (!at_end() && is_digit(peek())) return {};
        while (!at_end() && is_name_char(peek())) ++position_;
        return text_.substr(from, position_ - from);
    }

    // One word; quotes may open and close inside of it.
    Result<std::string> word()
    {
        std::string out;
        while (!at_end() && !is_space(peek()) && peek() != ';') {
            const char c = text_[position_++];
            Result<void> read;
            if (c == '\'')
                read = single_quoted(out);
            else if (c == '"')
                read = double_quoted(out);
            else if (c == '\\' && !at_end())
                out += text_[position_++];
            else
                read = plain(c, out);
            if (!read) return fail(read.error());
        }
        return out;
    }

private:
    Result<void> single_quoted(std::string& out)
    {
        const std::size_t end = text_.find('\'', position_);
        if (end == std::string_view::npos) return fail("a quote does not end");
        out += text_.substr(position_, end - position_);
        position_ = end + 1;
        return {};
    }

    Result<void> double_quoted(std::string& out)
    {
        while (!at_end()) {
            const char c = text_[position_++];
            if (c == '"') return {};
            if (c == '\\' && !at_end() && std::string_view("\"\\$`").find(peek()) != std::string_view::npos)
                out += text_[position_++];
            else if (auto read = plain(c, out); !read)
                return read;
        }
        return fail("a quote does not end");
    }

    // A character that may begin a substitution.
    Result<void> plain(char c, std::string& out)
    {
        if (variables_ != nullptr && (c == '`' || (c == '$' && !at_end() && peek() == '(')))
            return fail("commands in settings are not executed");
        if (variables_ == nullptr || c != '$' || at_end() || (peek() != '{' && !is_name_char(peek()))) {
            out += c;
            return {};
        }
        const bool braces = take('{');
        const std::string_view wanted = name();
        if (wanted.empty() || (braces && !take('}')))
            return fail("only $NAME and ${NAME} are understood after a dollar");
        if (const auto found = variables_->find(wanted); found != variables_->end()) out += found->second;
        return {};
    }

    std::string_view text_;
    const Variables* variables_;  // null: dollars and backticks are plain
    std::size_t position_ = 0;
};

Result<void> parse_line(std::string_view line, Variables& variables)
{
    Reader reader(line, &variables);
    for (;;) {
        reader.skip_blanks();
        if (reader.at_end() || reader.peek() == '#') return {};
        if (reader.take(';')) continue;
        std::string_view name = reader.name();
        if (name == "export" && !reader.at_end() && is_blank(reader.peek())) {
            reader.skip_blanks();
            name = reader.name();
        }
        if (name.empty() || !reader.take('=')) return fail("it is not of the form NAME=value");
        auto value = reader.word();
        if (!value) return fail(value.error());
        reader.skip_blanks();
        if (!reader.at_end_of_statement()) return fail("a value with blanks needs quotes");
        variables.insert_or_assign(std::string(name), std::move(*value));
    }
}

}  // namespace

std::vector<std::string> parse_rc(std::string_view text, Variables& variables)
{
    std::vector<std::string> remarks;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const auto parsed = parse_line(trim(text.substr(0, end)), variables);
        if (!parsed) remarks.push_back(fmt::format("line {} is ignored: {}", number, parsed.error().text));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return remarks;
}

Result<std::vector<std::string>> split_words(std::string_view text)
{
    std::vector<std::string> words;
    Reader reader(text, nullptr);
    for (reader.skip_blanks(); !reader.at_end(); reader.skip_blanks()) {
        auto word = reader.word();
        if (!word) return fail(word.error());
        words.push_back(std::move(*word));
        if (reader.take(';')) words.back() += ';';
    }
    return words;
}

}  // namespace junctor::ctl
