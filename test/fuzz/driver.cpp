// Drives a fuzzer where libFuzzer is not at hand: every file of the corpus as it is, then mutations of them.
//
//     fuzz_sip [--seed N] [--runs N] [--seconds N] FILE-OR-FOLDER...
//
// The same seed over the same corpus does the same. By default a short run (20,000 mutations, at most 60
// seconds). An input that stops the process is left in crash-input, to be given back as FILE.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace
{

constexpr std::size_t max_input = 70000;  // a little more than a message may have

// What SIP parsers trip over.
constexpr std::array<std::string_view, 32> tokens{
    "\r\n",       "\n", "\r",    "\r\n ", "\r\n\r\n", ":",       ";",       ",",
    "\"",         "\\", "<",     ">",     "@",        "%00",     "%",       "=",
    "?",          "[",  "]",     " ",     "\t",       "SIP/2.0", "sip:",    "tel:",
    "4294967296", "-1", "65536", "l: 0",  "Via:",     "rport",   "z9hG4bK", "Digest "};

std::string current;  // what the fuzzer looks at now

// Only what is safe in a signal handler.
void save_and_die(int signal_number)
{
    const int file = open("crash-input", O_CREAT | O_TRUNC | O_WRONLY, 0644);
    [[maybe_unused]] auto written = write(file, current.data(), current.size());
    constexpr std::string_view notice = "the input that did it is in crash-input\n";
    written = write(STDERR_FILENO, notice.data(), notice.size());
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

void run_one(std::string input)
{
    current = std::move(input);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

class Mutator
{
public:
    Mutator(std::vector<std::string> corpus, std::uint64_t seed) : corpus_(std::move(corpus)), random_(seed)
    {
    }

    std::string next()
    {
        std::string text = corpus_[below(corpus_.size())];
        for (std::size_t changes = 1 + below(6); changes > 0; --changes) change(text);
        text.resize(std::min(text.size(), max_input));
        return text;
    }

private:
    // Not std::uniform_int_distribution: its results differ between standard libraries.
    std::size_t below(std::size_t limit)
    {
        return static_cast<std::size_t>(random_() % std::max<std::size_t>(limit, 1));
    }

    void change(std::string& text)
    {
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = std::min(below(24), text.size() - at);
        switch (below(7)) {
            case 0:
                if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1U << below(8)));
                break;
            case 1: text.insert(at, 1, static_cast<char>(below(256))); break;
            case 2: text.insert(at, tokens[below(tokens.size())]); break;
            case 3: text.erase(at, length); break;
            case 4: text.insert(below(text.size() + 1), text.substr(at, length)); break;
            case 5: {  // a piece of another one
                const std::string& other = corpus_[below(corpus_.size())];
                const std::size_t from = below(other.size() + 1);
                text.insert(at, other.substr(from, below(64)));
                break;
            }
            case 6: {  // many of the same
                std::string many;
                const std::string piece = text.substr(at, length);
                for (std::size_t times = below(400); times > 0; --times) many += piece;
                text.insert(at, many);
                break;
            }
        }
    }

    std::vector<std::string> corpus_;
    std::mt19937_64 random_;
};

std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// In the order of their names, so that a seed means the same everywhere.
std::vector<std::string> read_corpus(const std::vector<std::string>& paths)
{
    std::vector<std::filesystem::path> files;
    for (const std::string& path : paths) {
        if (!std::filesystem::is_directory(path)) {
            files.emplace_back(path);
            continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
            if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> corpus;
    for (const auto& file : files) corpus.push_back(read_file(file));
    return corpus;
}

struct Options {
    std::uint64_t seed = 1;
    std::uint64_t runs = 20000;
    std::chrono::seconds seconds{60};
    std::vector<std::string> paths;
};

Options read_options(const std::vector<std::string>& arguments)
{
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool has_value = i + 1 < arguments.size();
        if (arguments[i] == "--seed" && has_value)
            options.seed = std::stoull(arguments[++i]);
        else if (arguments[i] == "--runs" && has_value)
            options.runs = std::stoull(arguments[++i]);
        else if (arguments[i] == "--seconds" && has_value) {
            options.seconds = std::chrono::seconds(std::stoll(arguments[++i]));
            options.runs = UINT64_MAX;
        } else
            options.paths.push_back(arguments[i]);
    }
    return options;
}

}  // namespace

int main(int argc, char** argv)
{
    const Options options = read_options({argv + 1, argv + argc});
    for (const int fatal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) signal(fatal, save_and_die);

    const std::vector<std::string> corpus = read_corpus(options.paths);
    if (corpus.empty()) {
        std::fprintf(stderr, "usage: %s [--seed N] [--runs N] [--seconds N] FILE-OR-FOLDER...\n", argv[0]);
        return 2;
    }
    for (const std::string& input : corpus) run_one(input);

    Mutator mutator(corpus, options.seed);
    const auto end = std::chrono::steady_clock::now() + options.seconds;
    std::uint64_t runs = 0;
    while (runs < options.runs && std::chrono::steady_clock::now() < end) {
        run_one(mutator.next());
        ++runs;
    }
    std::printf("%zu files and %llu mutations of them, seed %llu: nothing found\n", corpus.size(),
                static_cast<unsigned long long>(runs), static_cast<unsigned long long>(options.seed));
    return 0;
}
