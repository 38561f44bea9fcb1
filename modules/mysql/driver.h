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
    // `may_create`: a database that the server does not have is made.
    Result<std::shared_ptr<db::Backend>> open(const db::Url& url, bool may_create) override;
};

}  // namespace junctor::mysql
