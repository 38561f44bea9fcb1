// The example scripts: each stands on its page, and a scenario plays it.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;

namespace
{

std::string text_of(const fs::path& file)
{
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("every example script stands on cfg/README.md and is played by a scenario", "[docs][examples]")
{
    const fs::path folder = fs::path(JUNCTOR_SOURCE_DIR) / "cfg";
    std::string scenarios;
    for (const auto& entry : fs::directory_iterator(fs::path(JUNCTOR_SCENARIOS) / "examples"))
        scenarios += text_of(entry.path());
    const std::string page = text_of(folder / "README.md");
    std::size_t scripts = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".cfg") continue;
        const std::string name = entry.path().filename().string();
        INFO(name);
        ++scripts;
        CHECK(page.find("(" + name + ")") != std::string::npos);
        CHECK(scenarios.find("../../../cfg/" + name + "\n") != std::string::npos);
    }
    CHECK(scripts >= 4);
}
