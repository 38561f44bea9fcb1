#include "core/transport/hosts_file.h"

#include <fstream>
#include <iterator>

#include <sys/stat.h>

namespace junctor::transport
{

namespace
{

constexpr Duration pause = std::chrono::seconds(5);

std::string_view next_word(std::string_view& line)
{
    line = trim(line);
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

}  // namespace

HostsFile::HostsFile(const Clock& clock, std::string path)
    : clock_(clock), path_(std::move(path)), names_(parse({}))
{
}

HostsFile::Names HostsFile::parse(std::string_view text)
{
    Names names;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line = line.substr(0, line.find('#'));
        const auto ip = IpAddress::parse(next_word(line));
        if (!ip) continue;
        for (auto name = next_word(line); !name.empty(); name = next_word(line))
            names[std::string(name)].push_back(*ip);
    }
    auto& localhost = names["localhost"];
    if (localhost.empty()) localhost = {*IpAddress::parse("127.0.0.1"), *IpAddress::parse("::1")};
    return names;
}

void HostsFile::look()
{
    const TimePoint now = clock_.now();
    if (now < next_look_) return;
    next_look_ = now + pause;
    struct stat status {
    };
    const bool exists = ::stat(path_.c_str(), &status) == 0;
    const std::int64_t changed = exists ? status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec : 0;
    if (changed == changed_) return;
    changed_ = changed;
    std::ifstream file(path_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    names_ = parse(text);
}

const std::vector<IpAddress>* HostsFile::find(std::string_view name)
{
    look();
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &found->second;
}

}  // namespace junctor::transport
