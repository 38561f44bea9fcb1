#include "core/script/regex_syntax.h"

#include "core/base/ascii.h"

namespace junctor::script
{

namespace
{

constexpr std::array<std::string_view, 12> class_names{"alnum", "alpha", "blank", "cntrl", "digit", "graph",
                                                       "lower", "print", "punct", "space", "upper", "xdigit"};

class Translator
{
public:
    Translator(std::string_view pattern, bool lines) : pattern_(pattern), lines_(lines) {}

    Result<std::string> run()
    {
        while (at_ < pattern_.size()) {
            const char c = pattern_[at_];
            Result<void> done;
            if (c == '\\') {
                done = escape();
            } else if (c == '[') {
                done = bracket();
            } else if (c == '{') {
                interval();
            } else if (c == ')' && depth_ == 0) {
                literal(c);  // POSIX: an unmatched one stands for itself
                ++at_;
            } else {
                depth_ += c == '(' ? 1 : c == ')' ? -1 : 0;
                out_ += c;
                ++at_;
            }
            if (!done) return fail(done.error());
        }
        return std::move(out_);
    }

private:
    static tl::unexpected<Error> error(std::string text, std::size_t at)
    {
        return fail(500, std::move(text), at);
    }

    void literal(char c)
    {
        if (is_alnum(c))
            out_ += c;
        else
            (out_ += "\\x") += to_hex({&c, 1});
    }

    Result<void> escape()
    {
        if (at_ + 1 == pattern_.size()) return error("it ends in a backslash", at_);
        const char c = pattern_[at_ + 1];
        const std::string_view newline = lines_ ? "\\n" : "";
        switch (c) {
            case 'w': out_ += "[0-9A-Za-z_]"; break;
            case 'W': (out_ += "[^0-9A-Za-z_") += newline, out_ += ']'; break;
            case 's': out_ += "[[:space:]]"; break;
            case 'S': out_ += "[^[:space:]]"; break;
            case 'd': out_ += "[0-9]"; break;
            case 'D': (out_ += "[^0-9") += newline, out_ += ']'; break;
            case '<':
            case '>': out_ += "\\b"; break;
            case 'b':
            case 'B':
            case 'n':
            case 'r':
            case 't':
            case 'f':
            case 'v':
            case 'a': (out_ += '\\') += c; break;
            default:
                if (c >= '1' && c <= '9')
                    return error(
                        "a back-reference (\\" + std::string(1, c) + ") is not possible in a pattern", at_);
                literal(c);
        }
        at_ += 2;
        return {};
    }

    // {m}, {m,}, {,n} and {m,n}; any other brace stands for itself.
    void interval()
    {
        std::size_t end = at_ + 1;
        const auto digits = [&] {
            const std::size_t start = end;
            while (end < pattern_.size() && is_digit(pattern_[end])) ++end;
            return pattern_.substr(start, end - start);
        };
        const std::string_view least = digits();
        const bool comma = end < pattern_.size() && pattern_[end] == ',';
        if (comma) ++end;
        const std::string_view most = comma ? digits() : std::string_view();
        if (end < pattern_.size() && pattern_[end] == '}' && !(least.empty() && most.empty())) {
            (out_ += '{') += least.empty() ? "0" : least;
            if (comma) (out_ += ',') += most;
            out_ += '}';
            at_ = end + 1;
        } else {
            literal(pattern_[at_++]);
        }
    }

    // [...]: a backslash is an ordinary character here, and a ] that comes first, too.
    Result<void> bracket()
    {
        const std::size_t start = at_++;
        out_ += '[';
        if (at_ < pattern_.size() && pattern_[at_] == '^') {
            out_ += lines_ ? "^\\n" : "^";
            ++at_;
        }
        for (bool first = true;; first = false) {
            if (at_ == pattern_.size()) return error("the bracket [ is not closed by ]", start);
            if (pattern_[at_] == ']' && !first) break;
            const Result<void> item = pattern_.substr(at_, 2) == "[:" ? named_class() : range();
            if (!item) return item;
        }
        out_ += ']';
        ++at_;
        return {};
    }

    Result<void> named_class()
    {
        const std::size_t end = pattern_.find(":]", at_ + 2);
        const std::string_view name =
            end == std::string_view::npos ? "" : pattern_.substr(at_ + 2, end - at_ - 2);
        if (std::find(class_names.begin(), class_names.end(), name) == class_names.end())
            return error("unknown character class; known are [:alnum:], [:alpha:], [:digit:], [:space:] ...",
                         at_);
        ((out_ += "[:") += name) += ":]";
        at_ = end + 2;
        return {};
    }

    Result<void> range()
    {
        const std::size_t start = at_;
        const Result<char> from = element();
        if (!from) return fail(from.error());
        if (at_ + 1 >= pattern_.size() || pattern_[at_] != '-' || pattern_[at_ + 1] == ']') {
            literal(*from);
            return {};
        }
        ++at_;
        const Result<char> to = element();
        if (!to) return fail(to.error());
        if (static_cast<unsigned char>(*from) > static_cast<unsigned char>(*to))
            return error("a range runs backwards", start);
        literal(*from);
        out_ += '-';
        literal(*to);
        return {};
    }

    // One character, also written [.x.] or [=x=].
    Result<char> element()
    {
        const std::string_view rest = pattern_.substr(at_);
        if (rest.size() > 1 && rest[0] == '[' && (rest[1] == '.' || rest[1] == '=')) {
            if (rest.size() < 5 || rest[3] != rest[1] || rest[4] != ']')
                return error("only a single character may stand in [. .] or [= =]", at_);
            at_ += 5;
            return rest[2];
        }
        ++at_;
        return rest[0];
    }

    std::string_view pattern_;
    std::string out_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool lines_;
};

}  // namespace

Result<std::string> to_re2_syntax(std::string_view pattern, bool lines)
{
    return Translator(pattern, lines).run();
}

}  // namespace junctor::script
