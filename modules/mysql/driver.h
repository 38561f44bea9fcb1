// The driver of scheme `mysql`: its URL parameters, and the threads that serve one database of a server.
#pragma once

#include <memory>

#include "core/db/driver.h"

namespace junctor::mysql
{

class Driver final : public db::Driver
{
public:
    std::vector<std::string> schemes() const override { return {"mysql"}; }
    Result<std::shared_ptr<db::Backend>> open(const db::Url& url, db::Opening how) override;
};

}  // namespace junctor::mysql
