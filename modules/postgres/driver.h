// The driver of schemes `postgres` and `postgresql`.
#pragma once

#include "core/db/driver.h"

namespace junctor::postgres
{

class Driver final : public db::Driver
{
public:
    // The third is what other servers of OpenSER's family write.
    std::vector<std::string> schemes() const override { return {"postgres", "postgresql", "pgsql"}; }
    Result<std::shared_ptr<db::Backend>> open(const db::Url& url, db::Opening how) override;
};

}  // namespace junctor::postgres
