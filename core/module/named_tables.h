// Tables that the script names in a function's argument, as in www_authorize("", "subscriber").
//
// The script is bound before modules start: then a name is only noted, and start() binds them all. When a
// running server reads a new script, a new name is bound at once. On the main thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace junctor
{

template <class T>
class NamedTables
{
public:
    using Bind = std::function<Result<void>(const std::string& name, T& table)>;

    // For parse_argument(). `make`: of a name that is new.
    Result<std::shared_ptr<T>> use(const std::string& name, const std::function<std::shared_ptr<T>()>& make)
    {
        if (name.empty()) return fail("the name of a table is needed");
        if (const auto known = tables_.find(name); known != tables_.end()) return known->second;
        std::shared_ptr<T> table = make();
        if (bind_)
            if (auto bound = bind_(name, *table); !bound) return fail(std::move(bound.error()));
        tables_.emplace(name, table);
        return table;
    }
    // For start().
    Result<void> start(Bind bind)
    {
        bind_ = std::move(bind);
        for (const auto& [name, table] : tables_)
            if (auto bound = bind_(name, *table); !bound) return bound;
        return {};
    }

private:
    Bind bind_;  // empty: not started yet
    std::map<std::string, std::shared_ptr<T>, std::less<>> tables_;
};

}  // namespace junctor
