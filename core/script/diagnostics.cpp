#include "core/script/diagnostics.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::script
{
namespace
{

constexpr std::size_t widest_line = 200;  // a longer source line is shown in part

// The source line as it may be shown: tabs stay (the caret line repeats them), other control bytes do not.
std::string printable(std::string_view line)
{
    std::string shown(line);
    for (char& c : shown) {
        if (static_cast<unsigned char>(c) < ' ' && c != '\t') c = '?';
    }
    return shown;
}

std::string excerpt(std::string_view line, unsigned number, std::size_t column, std::size_t length)
{
    std::size_t first = 0;  // of the part that is shown
    if (line.size() > widest_line && column > widest_line / 2) first = column - widest_line / 2;
    line = line.substr(first, widest_line);
    column -= first;

    std::string pad;
    for (char c : line.substr(0, column)) pad += c == '\t' ? '\t' : ' ';
    pad.resize(std::max(pad.size(), column), ' ');
    length = std::clamp<std::size_t>(length, 1, std::max<std::size_t>(line.size(), column + 1) - column);
    return fmt::format("{:5} | {}\n      | {}^{:~>{}}\n", number, printable(line), pad, "", length - 1);
}

// Damerau-Levenshtein (adjacent letters swapped count one); ignoring case.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = to_lower(a[i - 1]) == to_lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && to_lower(a[i - 1]) == to_lower(b[j - 2]) &&
                                 to_lower(a[i - 2]) == to_lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[b.size()];
}

}  // namespace

void Diagnostics::add(Diagnostic diagnostic, std::size_t& count)
{
    if (count++ < max_kept) kept_.push_back(std::move(diagnostic));
}

void Diagnostics::error(Range range, std::string text, std::string way_out)
{
    add({Severity::Error, range, std::move(text), std::move(way_out)}, errors_);
}

void Diagnostics::warning(Range range, std::string text, std::string way_out)
{
    add({Severity::Warning, range, std::move(text), std::move(way_out)}, warnings_);
}

std::string Diagnostics::text(const Diagnostic& diagnostic) const
{
    const Range range = diagnostic.range;
    const Place place = sources_->place(range);
    std::string out =
        fmt::format("{}: {}: {}\n", to_text(place),
                    diagnostic.severity == Severity::Error ? "error" : "warning", diagnostic.text);
    out += excerpt(sources_->line(range.file, place.line), place.line, place.column - 1,
                   range.end - range.begin);
    std::string_view rest = diagnostic.way_out;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        out += fmt::format("      = {}\n", rest.substr(0, end));
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
    for (auto at = sources_->included_at(range.file); at; at = sources_->included_at(at->file)) {
        out += fmt::format("      = included at {}\n", to_text(sources_->place(*at)));
    }
    return out;
}

std::string Diagnostics::text() const
{
    std::vector<const Diagnostic*> sorted;
    for (const auto& diagnostic : kept_) sorted.push_back(&diagnostic);
    std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic* a, const Diagnostic* b) {
        return std::tie(a->range.file, a->range.begin) < std::tie(b->range.file, b->range.begin);
    });
    std::string out;
    for (const auto* diagnostic : sorted) out += text(*diagnostic);
    return out;
}

std::optional<std::string_view> suggest(std::string_view name,
                                        const std::vector<std::string_view>& candidates)
{
    constexpr std::size_t longest = 64;  // nobody means a longer name; the distance costs length squared
    if (name.size() > longest) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const auto candidate : candidates) {
        if (candidate.size() > longest || candidate == name) continue;
        const auto d = distance(name, candidate);
        if (d < best_distance && d < candidate.size()) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates)
{
    const auto near = suggest(name, candidates);
    return near ? fmt::format("did you mean {}?", *near) : std::string();
}

}  // namespace junctor::script
