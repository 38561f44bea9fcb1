// The driver of scheme `sqlite`: its URL parameters, and the threads that serve one file.
#pragma once

#include <memory>

#include "core/db/driver.h"

namespace junctor::sqlite
{

class Driver final : public db::Driver
{
public:
    std::vector<std::string> schemes() const override { return {"sqlite"}; }
    Result<std::shared_ptr<db::Backend>> open(const db::Url& url, db::Opening how) override;
};

}  // namespace junctor::sqlite
