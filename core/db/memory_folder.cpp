#include "core/db/log_folder.h"

namespace junctor::db
{

class MemoryFolder::File final : public LogFile
{
public:
    File(MemoryFolder& folder, std::shared_ptr<Content> content)
        : folder_(folder), content_(std::move(content))
    {
    }
    Result<void> append(std::string_view bytes) override
    {
        if (folder_.full_) return fail("no space left");
        content_->bytes += bytes;
        return {};
    }
    Result<void> sync() override
    {
        if (folder_.full_) return fail("no space left");
        content_->synced = content_->bytes.size();
        ++folder_.syncs_;
        return {};
    }

private:
    MemoryFolder& folder_;
    std::shared_ptr<Content> content_;
};

Result<std::vector<std::string>> MemoryFolder::names() const
{
    std::vector<std::string> names;
    for (const auto& [name, content] : files_) names.push_back(name);
    return names;
}

Result<std::string> MemoryFolder::read(const std::string& name) const
{
    const auto found = files_.find(name);
    if (found == files_.end()) return fail(name + ": no such file");
    return found->second->bytes;
}

Result<std::unique_ptr<LogFile>> MemoryFolder::create(const std::string& name)
{
    if (full_) return fail("no space left");
    auto content = std::make_shared<Content>();
    files_[name] = content;
    return std::make_unique<File>(*this, std::move(content));
}

Result<void> MemoryFolder::cut(const std::string& name, std::size_t size)
{
    Content& content = *files_.at(name);
    content.bytes.resize(size);
    content.synced = size;
    return {};
}

Result<void> MemoryFolder::remove(const std::string& name)
{
    files_.erase(name);
    return {};
}

void MemoryFolder::crash()
{
    for (const auto& [name, content] : files_) content->bytes.resize(content->synced);
}

std::size_t MemoryFolder::size() const
{
    std::size_t all = 0;
    for (const auto& [name, content] : files_) all += content->bytes.size();
    return all;
}

}  // namespace junctor::db
