// Each module's page is held to what the module declares: nothing undocumented, nothing documented that is
// not there.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/module/loader.h"

using namespace junctor;
namespace fs = std::filesystem;

namespace
{

std::string text_of(const fs::path& file)
{
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> module_names()
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(JUNCTOR_MODULE_DIRECTORY))
        if (entry.path().extension() == ".so") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

// A name as pages write it: in code quotes, perhaps with parentheses or a value behind it.
bool mentions(const std::string& page, const std::string& name)
{
    for (std::size_t at = page.find(name); at != std::string::npos; at = page.find(name, at + 1)) {
        const char before = at == 0 ? ' ' : page[at - 1];
        const std::size_t end = at + name.size();
        const char after = end < page.size() ? page[end] : ' ';
        const auto is_word = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
        };
        if (!is_word(before) && !is_word(after)) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("every module has a page that names all its parameters, functions, commands and statistics",
          "[module][docs]")
{
    REQUIRE_FALSE(module_names().empty());
    for (const std::string& name : module_names()) {
        Registry registry;
        Loader loader(registry, {JUNCTOR_MODULE_DIRECTORY, ""});
        const auto loaded = loader.load(name + ".so", "");
        INFO(name << ": " << (loaded ? "" : loaded.error().text));
        REQUIRE(loaded.has_value());

        const std::string page = text_of(fs::path(JUNCTOR_SOURCE_DIR) / "modules" / name / "README.md");
        REQUIRE_FALSE(page.empty());
        const auto documented = [&](const std::string& what) {
            INFO(name << "/README.md does not mention " << what);
            CHECK(mentions(page, what));
        };
        for (const auto& parameter : (*loaded)->parameters) documented(parameter.name);
        for (const auto& function : (*loaded)->functions) documented(function.name);
        for (const auto& command : (*loaded)->commands) documented(command.name);
        for (const auto& statistic : (*loaded)->statistics) documented(statistic.name);
        for (const auto& variable : (*loaded)->variables) documented(variable.first);
    }
}

TEST_CASE("every declared function, parameter and command says what it is for", "[module][docs]")
{
    for (const std::string& name : module_names()) {
        Registry registry;
        Loader loader(registry, {JUNCTOR_MODULE_DIRECTORY, ""});
        const auto loaded = loader.load(name + ".so", "");
        REQUIRE(loaded.has_value());
        for (const auto& parameter : (*loaded)->parameters) {
            INFO(name << " " << parameter.name);
            CHECK_FALSE(parameter.help.empty());
        }
        for (const auto& function : (*loaded)->functions) {
            INFO(name << " " << function.name);
            CHECK_FALSE(function.help.empty());
            CHECK(function.routes != 0);
        }
        for (const auto& command : (*loaded)->commands) {
            INFO(name << " " << command.name);
            CHECK_FALSE(command.help.empty());
        }
    }
}
