// Transactions by a 64-bit key that is a keyed hash already. Those with the same key (copies of a request by
// several ways, or a stranger's luck) hang together in a chain; whoever looks compares. One worker.
#pragma once

#include "core/transaction/keyed_table.h"
#include "core/transaction/transaction.h"

namespace junctor::transaction
{

class TransactionIndex
{
public:
    using Chain = Transaction* Transaction::*;  // the member that leads to the next one of the same key

    explicit TransactionIndex(Chain next) : next_(next) {}

    void add(std::uint64_t key, Transaction& transaction)
    {
        Transaction*& first = table_[key];
        transaction.*next_ = first;
        first = &transaction;
    }
    void remove(std::uint64_t key, const Transaction& transaction)
    {
        const auto found = table_.find(key);
        if (found == table_.end()) return;
        Transaction** link = &found->second;
        while (*link != nullptr && *link != &transaction) link = &((*link)->*next_);
        if (*link != nullptr) *link = transaction.*next_;
        if (found->second == nullptr) table_.erase(found);
    }
    // Null: there is none. The others follow by next().
    Transaction* first(std::uint64_t key) const
    {
        const auto found = table_.find(key);
        return found != table_.end() ? found->second : nullptr;
    }
    Transaction* next(const Transaction& transaction) const { return transaction.*next_; }

private:
    const Chain next_;
    KeyedTable<Transaction*> table_;
};

}  // namespace junctor::transaction
