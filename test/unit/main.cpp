// The unit tests, and a test case for each scenario: test/scenarios/*.scn become cases of their own, named
// after the sentence that they prove.
#define CATCH_CONFIG_RUNNER
#define CATCH_CONFIG_ENABLE_ALL_STRINGMAKERS
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "core/server/scenario/runner.h"

namespace
{

namespace fs = std::filesystem;

class ScenarioCase final : public Catch::ITestInvoker
{
public:
    explicit ScenarioCase(fs::path file) : file_(std::move(file)) {}

    void invoke() const override
    {
        std::ifstream stream(file_);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        junctor::server::ScenarioRunner runner(file_.parent_path().string(), JUNCTOR_MODULE_DIRECTORY);
        const auto played = runner.run(text);
        INFO(file_.filename().string() << ": " << (played ? "" : played.error().text));
        CHECK(played.has_value());
    }

private:
    fs::path file_;
};

// "expired_binding_is_480.scn" reads "expired binding is 480".
std::string sentence(const fs::path& file)
{
    std::string name = file.stem().string();
    std::replace(name.begin(), name.end(), '_', ' ');
    return "scenario: " + name;
}

void register_scenarios()
{
    for (const auto& entry : fs::recursive_directory_iterator(JUNCTOR_SCENARIOS)) {
        if (entry.path().extension() != ".scn") continue;
        const std::string area = entry.path().parent_path().filename().string();
        const Catch::AutoReg registered(new ScenarioCase(entry.path()),  // Catch takes it over
                                        CATCH_INTERNAL_LINEINFO, "",
                                        {sentence(entry.path()), "[scenario][" + area + "]"});
    }
}

}  // namespace

int main(int argc, char** argv)
{
    register_scenarios();
    return Catch::Session().run(argc, argv);
}
