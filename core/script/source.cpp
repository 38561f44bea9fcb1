#include "core/script/source.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace junctor::script
{
namespace
{

std::string normal_path(const std::string& path)
{
    std::error_code ignored;
    const auto normal = std::filesystem::weakly_canonical(path, ignored);
    return ignored ? path : normal.string();
}

std::string beside(std::string_view including_file, const std::string& path)
{
    const std::filesystem::path wanted(path);
    if (wanted.is_absolute()) return path;
    return (std::filesystem::path(including_file).parent_path() / wanted).string();
}

}  // namespace

Range join(Range first, Range last)
{
    if (first.file != last.file || last.end < first.begin) return first;
    return {first.file, first.begin, last.end};
}

std::string to_text(const Place& place)
{
    return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

Result<std::string> read_file(const std::string& path)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return fail(fmt::format("cannot read {}: it is a folder", path));
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    std::string text(Sources::max_file_size + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > Sources::max_file_size) {
        return fail(fmt::format("{} is larger than {} bytes", path, Sources::max_file_size));
    }
    return text;
}

std::optional<std::string> process_environment(std::string_view name)
{
    const char* value = std::getenv(std::string(name).c_str());
    if (!value) return std::nullopt;
    return std::string(value);
}

Sources::Sources(Reader reader, EnvironmentLookup environment)
    : reader_(std::move(reader)), environment_(std::move(environment))
{
}

FileId Sources::add(std::string name, std::string text)
{
    auto file = std::make_unique<File>();
    file->name = std::move(name);
    file->text = std::move(text);
    file->line_starts.push_back(0);
    for (std::size_t i = 0; i < file->text.size(); ++i) {
        if (file->text[i] == '\n') file->line_starts.push_back(static_cast<std::uint32_t>(i + 1));
    }
    files_.push_back(std::move(file));
    return static_cast<FileId>(files_.size() - 1);
}

Result<FileId> Sources::read(const std::string& path)
{
    auto text = reader_(path);
    if (!text) return fail(text.error());
    return add(path, std::move(*text));
}

Result<FileId> Sources::include(const std::string& path, Range statement)
{
    const std::string wanted = beside(name(statement.file), path);
    if (files_.size() >= max_files) return fail(fmt::format("a script may have at most {} files", max_files));

    std::size_t depth = 1;
    for (std::optional<Range> at = statement; at; at = included_at(at->file)) {
        if (normal_path(files_[at->file]->name) == normal_path(wanted)) {
            return fail(fmt::format("{} includes itself", wanted));
        }
        if (++depth > max_include_depth + 1) {
            return fail(fmt::format("include_file is nested more than {} deep", max_include_depth));
        }
    }
    auto file = read(wanted);
    if (file) files_[*file]->included_at = statement;
    return file;
}

std::string_view Sources::text(Range range) const
{
    return text(range.file).substr(range.begin, range.end - range.begin);
}

Place Sources::place(Range range) const
{
    const File& file = *files_[range.file];
    const auto next = std::upper_bound(file.line_starts.begin(), file.line_starts.end(), range.begin);
    const auto line = static_cast<unsigned>(next - file.line_starts.begin());
    return {file.name, line, range.begin - file.line_starts[line - 1] + 1};
}

std::string_view Sources::line(FileId id, unsigned line) const
{
    const File& file = *files_[id];
    std::string_view rest = std::string_view(file.text).substr(file.line_starts[line - 1]);
    rest = rest.substr(0, rest.find('\n'));
    if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
    return rest;
}

}  // namespace junctor::script
