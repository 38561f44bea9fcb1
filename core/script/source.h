// The text of a routing script: the files it was read from, kept so that every message can show the line it
// means.
//
// Files are read through a Reader and environment variables through an EnvironmentLookup, so that tests need
// neither. Limits: 4 MiB a file, 100 files, 10 levels of include_file. Lives as long as the program compiled
// from it: places name files by views into this. Filled while loading, only read afterwards (by any thread).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/log.h"
#include "core/base/result.h"

namespace junctor::script
{

using FileId = std::uint32_t;

// Bytes [begin, end) of one file.
struct Range {
    FileId file = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    friend bool operator==(const Range&, const Range&) = default;
};

// From the start of the first to the end of the last; only the first if they are of different files.
Range join(Range first, Range last);
// The empty range just behind this one, where something is missing.
constexpr Range after(Range range)
{
    return {range.file, range.end, range.end};
}

// File, line and column (both from 1, the column in bytes), as log lines want them.
using Place = LogScope::Place;
std::string to_text(const Place& place);  // cfg/junctor.cfg:42:9

using Reader = std::function<Result<std::string>(const std::string& path)>;
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

Result<std::string> read_file(const std::string& path);
std::optional<std::string> process_environment(std::string_view name);

class Sources
{
public:
    static constexpr std::size_t max_file_size = 4 << 20;
    static constexpr std::size_t max_files = 100;
    static constexpr std::size_t max_include_depth = 10;

    explicit Sources(Reader reader = read_file, EnvironmentLookup environment = process_environment);

    FileId add(std::string name, std::string text);
    Result<FileId> read(const std::string& path);
    // `path` is relative to the folder of the file that `statement` (the include_file) stands in.
    Result<FileId> include(const std::string& path, Range statement);

    std::string_view name(FileId file) const { return files_[file]->name; }
    std::string_view text(FileId file) const { return files_[file]->text; }
    std::string_view text(Range range) const;
    std::optional<Range> included_at(FileId file) const { return files_[file]->included_at; }

    Place place(Range range) const;                           // of its first byte
    std::string_view line(FileId file, unsigned line) const;  // from 1; without the line end

    std::optional<std::string> environment(std::string_view name) const { return environment_(name); }

private:
    struct File {
        std::string name;
        std::string text;
        std::vector<std::uint32_t> line_starts;
        std::optional<Range> included_at;
    };

    Reader reader_;
    EnvironmentLookup environment_;
    std::vector<std::unique_ptr<File>> files_;  // pointers: names are viewed from elsewhere
};

}  // namespace junctor::script
