#include "core/server/configuration.h"

#include <fmt/format.h>

#include "core/module/script_items.h"
#include "core/script/lexer.h"
#include "core/script/parser.h"

namespace junctor::server
{
namespace
{

// The global assignments as written: what a reload compares, since they change at a restart only.
std::string global_items(const script::ast::Script& script, const script::Sources& sources)
{
    std::string text;
    for (const auto& item : script.items) {
        const auto* assignment = std::get_if<script::ast::GlobalAssignment>(&item);
        if (assignment == nullptr) continue;
        text += assignment->name.text + "=";
        for (const auto& socket : assignment->sockets) text += std::string(sources.text(socket.range)) + " ";
        text += std::string(sources.text(assignment->value.range)) + "\n";
    }
    return text;
}

}  // namespace

struct Configuration::Parsed {
    std::shared_ptr<script::Sources> sources;
    std::unique_ptr<script::Diagnostics> diagnostics;
    script::ast::Script tree;
    script::ScriptGlobals globals;
};

Configuration::Configuration(ScriptSource source, Loader::Paths paths)
    : source_(std::move(source)), loader_(registry_, std::move(paths))
{
}

Configuration::~Configuration() = default;

Configuration::Parsed Configuration::parse(const ScriptSource& source) const
{
    Parsed parsed;
    parsed.sources = std::make_shared<script::Sources>(script::read_file, source.environment);
    parsed.diagnostics = std::make_unique<script::Diagnostics>(*parsed.sources);
    Result<script::FileId> file =
        source.text ? parsed.sources->add(source.path, *source.text) : parsed.sources->read(source.path);
    if (!file) {
        const script::FileId none = parsed.sources->add(source.path, "");
        parsed.diagnostics->error({none, 0, 0}, file.error().text,
                                  "junctord -f FILE names the routing script");
        return parsed;
    }
    const auto tokens = script::lex(*parsed.sources, *file, *parsed.diagnostics);
    parsed.tree = script::parse(tokens, *parsed.sources, *parsed.diagnostics);
    parsed.globals = script::read_globals(parsed.tree, *parsed.diagnostics);
    return parsed;
}

bool Configuration::load(bool check_indirect_calls)
{
    Parsed parsed = parse(source_);
    script::Diagnostics& diagnostics = *parsed.diagnostics;
    sources_ = parsed.sources;
    globals_ = std::move(parsed.globals);
    for (const auto& aliases : globals_.avp_aliases)
        if (auto added = registry_.variables().add_avp_aliases(aliases.value); !added)
            diagnostics.error(aliases.where.value_or(script::Range{}), added.error().text);
    load_modules(parsed.tree, loader_, diagnostics);
    module_items_ = junctor::module_items(parsed.tree);
    global_items_ = server::global_items(parsed.tree, *sources_);

    // A module that could not be loaded would make every call of its functions an error of its own.
    if (diagnostics.errors() == 0)
        program_ =
            script::compile(parsed.tree, sources_,
                            {registry_, registry_.variables(), globals_, check_indirect_calls}, diagnostics);
    report_ = diagnostics.text();
    return program_ != nullptr && diagnostics.errors() == 0;
}

Result<Configuration::Reloaded> Configuration::reload(const std::string& path)
{
    ScriptSource source = source_;
    if (!path.empty() && path != source_.path) source = {path, std::nullopt, source_.environment};
    Parsed parsed = parse(source);
    script::Diagnostics& diagnostics = *parsed.diagnostics;
    std::shared_ptr<const script::Program> program;
    if (diagnostics.errors() == 0)
        program = script::compile(parsed.tree, parsed.sources,
                                  {registry_, registry_.variables(), parsed.globals, true}, diagnostics);
    if (!program || diagnostics.errors() > 0) return fail(diagnostics.text());

    Reloaded reloaded{std::move(program), diagnostics.text()};
    if (junctor::module_items(parsed.tree) != module_items_)
        reloaded.report +=
            "loadmodule and modparam lines have changed: they take effect at the next restart\n";
    if (server::global_items(parsed.tree, *parsed.sources) != global_items_)
        reloaded.report += "global parameters have changed: they take effect at the next restart\n";
    return reloaded;
}

}  // namespace junctor::server
