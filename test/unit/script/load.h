// For the script's tests: a script given as text, taken as far as the test asks for.
#pragma once

#include <catch2/catch.hpp>

#include "core/base/result.h"
#include "core/script/globals.h"
#include "core/script/lexer.h"
#include "core/script/parser.h"

namespace junctor::script::test
{

// `files` are what include_file finds, `environment` what ${env:} finds: the disk and the process have no
// part in it.
struct Loaded {
    std::map<std::string, std::string> files;
    std::map<std::string, std::string, std::less<>> environment;
    Sources sources{[this](const std::string& path) -> Result<std::string> {
                        const auto found = files.find(path);
                        if (found == files.end()) return fail("cannot read " + path);
                        return found->second;
                    },
                    [this](std::string_view name) -> std::optional<std::string> {
                        const auto found = environment.find(name);
                        if (found == environment.end()) return std::nullopt;
                        return found->second;
                    }};
    Diagnostics diagnostics{sources};
    std::vector<Token> tokens;
    ast::Script script;

    Loaded& lex(std::string text)
    {
        tokens = script::lex(sources, sources.add("t.cfg", std::move(text)), diagnostics);
        return *this;
    }
    Loaded& parse(std::string text)
    {
        lex(std::move(text));
        script = script::parse(tokens, sources, diagnostics);
        return *this;
    }
    std::string messages() const { return diagnostics.text(); }
    // The first message's text, without place and excerpt; "" if there is none.
    std::string first_error() const
    {
        for (const auto& diagnostic : diagnostics.all()) {
            if (diagnostic.severity == Severity::Error) return diagnostic.text;
        }
        return {};
    }
    std::string first_way_out() const
    {
        return diagnostics.all().empty() ? "" : diagnostics.all().front().way_out;
    }
};

// The statements inside route { ... }.
inline std::string in_route(const std::string& statements)
{
    return "route {\n" + statements + "\n}\n";
}

inline std::string error_in(const std::string& text)
{
    Loaded loaded;
    return loaded.parse(text).first_error();
}

inline std::string error_in_route(const std::string& statements)
{
    return error_in(in_route(statements));
}

}  // namespace junctor::script::test
