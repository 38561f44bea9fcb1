// Prepared statements of one connection, found again by shape.
//
// Full, it drops all and begins anew: a server has some dozens of shapes, only a list of changing length
// (IN) makes more.
#pragma once

#include <string>
#include <unordered_map>

#include "core/base/result.h"
#include "core/db/statement.h"

namespace junctor::db
{

template <class Prepared>
class StatementCache
{
public:
    explicit StatementCache(std::size_t most = 200) : most_(most) {}

    // `prepare()` gives a Result<Prepared>. The pointer holds until the next call.
    template <class Prepare>
    Result<Prepared*> get(const Statement& statement, Prepare prepare)
    {
        return get(statement.shape(), statement.layout, prepare);
    }
    template <class Prepare>
    Result<Prepared*> get(std::string text, Prepare prepare)
    {
        return get(std::move(text), nullptr, prepare);
    }
    void clear() { kept_.clear(); }

private:
    struct Kept {
        LayoutPtr layout;  // held, so that its address is not used again
        Prepared prepared;
    };

    template <class Prepare>
    Result<Prepared*> get(std::string key, LayoutPtr layout, Prepare& prepare)
    {
        if (const auto known = kept_.find(key); known != kept_.end()) return &known->second.prepared;
        auto prepared = prepare();
        if (!prepared) return fail(std::move(prepared.error()));
        if (kept_.size() >= most_) kept_.clear();
        const auto made = kept_.emplace(std::move(key), Kept{std::move(layout), std::move(*prepared)}).first;
        return &made->second.prepared;
    }

    std::size_t most_;
    std::unordered_map<std::string, Kept> kept_;
};

}  // namespace junctor::db
