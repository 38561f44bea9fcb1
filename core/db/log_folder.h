// A folder of files that only grow: what journals and spools are kept in. On a disk, or in memory for
// simulations and tests, which crash it, fill it up and tear its files.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/descriptor.h"
#include "core/base/result.h"

namespace junctor::db
{

// One writer at a time.
class LogFile
{
public:
    virtual ~LogFile() = default;
    virtual Result<void> append(std::string_view bytes) = 0;
    virtual Result<void> sync() = 0;  // afterwards all of it outlives a crash of the machine
};

enum class IfMissing : std::uint8_t { Make, Leave };  // of a folder that somebody asks for

// Thread-safe, as long as nobody removes what another one writes.
class LogFolder
{
public:
    virtual ~LogFolder() = default;
    virtual std::string where() const = 0;  // for people
    // Its functions take as long as a disk does: a worker must not call them.
    virtual bool blocks() const = 0;

    virtual Result<std::vector<std::string>> names() const = 0;  // in order
    virtual Result<std::string> read(const std::string& name) const = 0;
    virtual Result<std::unique_ptr<LogFile>> create(
        const std::string& name) = 0;  // empty; its name is on disk
    virtual Result<void> cut(const std::string& name, std::size_t size) = 0;
    virtual Result<void> remove(const std::string& name) = 0;
};

// A directory, made if it is missing, of this process alone as long as it lives.
class DiskFolder final : public LogFolder
{
public:
    static Result<std::shared_ptr<LogFolder>> open(const std::string& path);  // one process may have it

    std::string where() const override { return path_; }
    bool blocks() const override { return true; }
    Result<std::vector<std::string>> names() const override;
    Result<std::string> read(const std::string& name) const override;
    Result<std::unique_ptr<LogFile>> create(const std::string& name) override;
    Result<void> cut(const std::string& name, std::size_t size) override;
    Result<void> remove(const std::string& name) override;

private:
    DiskFolder(std::string path, Descriptor directory, Descriptor lock)
        : path_(std::move(path)), directory_(std::move(directory)), lock_(std::move(lock))
    {
    }
    std::string path_;
    Descriptor directory_, lock_;
};

// One thread.
class MemoryFolder final : public LogFolder
{
public:
    std::string where() const override { return "memory"; }
    bool blocks() const override { return false; }
    Result<std::vector<std::string>> names() const override;
    Result<std::string> read(const std::string& name) const override;
    Result<std::unique_ptr<LogFile>> create(const std::string& name) override;
    Result<void> cut(const std::string& name, std::size_t size) override;
    Result<void> remove(const std::string& name) override;

    void crash();                              // what was not synced is gone
    void fill_up(bool full) { full_ = full; }  // appending fails from now on
    std::string& bytes(const std::string& name) { return files_[name]->bytes; }
    std::size_t size() const;  // of all files
    std::size_t syncs() const { return syncs_; }

private:
    struct Content {
        std::string bytes;
        std::size_t synced = 0;
    };
    class File;
    std::map<std::string, std::shared_ptr<Content>, std::less<>> files_;
    bool full_ = false;
    std::size_t syncs_ = 0;
};

}  // namespace junctor::db
