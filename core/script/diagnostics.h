// What is wrong with a script: errors and warnings, collected so that one run shows them all, each with its
// place, the line, a caret and the way out:
//
//     cfg/junctor.cfg:42:9: error: is_user_in() cannot be called in onreply_route
//        42 |     if (is_user_in("From", "local")) {
//           |         ^~~~~~~~~~
//           = it may be called in: route, failure_route
//
// Bounded: after 50 errors full() is true and further ones are counted but not kept. Loading is
// single-threaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/script/source.h"

namespace junctor::script
{

enum class Severity { Error, Warning };

struct Diagnostic {
    Severity severity;
    Range range;
    std::string text;
    std::string way_out;  // may be empty; each of its lines is printed after a '='
};

class Diagnostics
{
public:
    static constexpr std::size_t max_kept = 50;  // of each severity

    explicit Diagnostics(const Sources& sources) : sources_(&sources) {}

    void error(Range range, std::string text, std::string way_out = {});
    void warning(Range range, std::string text, std::string way_out = {});

    bool full() const { return errors_ >= max_kept; }
    std::size_t errors() const { return errors_; }
    std::size_t warnings() const { return warnings_; }
    const std::vector<Diagnostic>& all() const { return kept_; }

    std::string text(const Diagnostic& diagnostic) const;  // as above, ending with a line end
    std::string text() const;                              // all of them, by file and line

private:
    void add(Diagnostic diagnostic, std::size_t& count);

    const Sources* sources_;
    std::vector<Diagnostic> kept_;
    std::size_t errors_ = 0, warnings_ = 0;
};

// The candidate that a misspelt name most likely means; empty if none is near.
std::optional<std::string_view> suggest(std::string_view name,
                                        const std::vector<std::string_view>& candidates);
// "did you mean NAME?", or "" if nothing is near: ready to be a way out.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace junctor::script
