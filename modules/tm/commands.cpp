// MI commands on transactions that exist: t_uac_cancel, t_hash, t_reply (management-interface.md).
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "modules/tm/ask_worker.h"
#include "modules/tm/mi_text.h"
#include "modules/tm/tm_module.h"

namespace junctor::tm
{
namespace
{

constexpr unsigned hash_indexes = 65536;

struct TransactionId {
    unsigned hash_index = 0;
    std::uint64_t label = 0;
};

Result<TransactionId> parse_id(std::string_view text)
{
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return fail(400, "Invalid trans_id");
    const auto index = parse_unsigned(text.substr(0, colon), hash_indexes - 1);
    if (!index) return fail(400, "Invalid index in trans_id");
    const auto label = parse_unsigned(text.substr(colon + 1), UINT64_MAX >> 16);
    if (!label) return fail(400, "Invalid label in trans_id");
    return TransactionId{static_cast<unsigned>(*index), *label};
}

enum class Answered { NotHere, Sent, Failed };

struct IndexLoad {
    std::vector<std::uint32_t> current = std::vector<std::uint32_t>(hash_indexes, 0), total = current;
};

}  // namespace

Task<mi::Reply> Tm::mi_uac_cancel(mi::Request request)
{
    if (request.arguments.size() != 2) co_return mi::Reply::bad_count();
    const std::string call_id = request.arguments[0];
    const auto cseq = parse_unsigned(request.arguments[1], UINT32_MAX);
    if (call_id.empty() || !cseq) co_return mi::Reply::error(400, "Invalid Call-ID or CSeq");
    for (script::Environment* environment : environments_) {
        std::function<bool()> cancel = [environment, call_id, number = static_cast<std::uint32_t>(*cseq)] {
            const auto found = environment->transactions->find_by_call(call_id, number);
            if (found == nullptr) return false;
            found->cancel_branches();
            return true;
        };
        if (co_await ask_worker(environment->worker, *main_loop_, std::move(cancel)))
            co_return mi::Reply::ok();
    }
    co_return mi::Reply::error(481, "No such transaction");
}

Task<mi::Reply> Tm::mi_hash(mi::Request)
{
    IndexLoad sum;
    for (script::Environment* environment : environments_) {
        std::function<IndexLoad()> count = [environment] {
            IndexLoad load;
            environment->transactions->for_each(
                [&](transaction::Transaction& transaction) { ++load.current[transaction.hash_index()]; });
            load.total = environment->transactions->made_by_index();
            return load;
        };
        const IndexLoad load = co_await ask_worker(environment->worker, *main_loop_, std::move(count));
        for (unsigned i = 0; i < hash_indexes; ++i) {
            sum.current[i] += load.current[i];
            sum.total[i] += load.total[i];
        }
    }
    mi::Reply reply;
    for (unsigned i = 0; i < hash_indexes; ++i)
        reply.add({}, std::to_string(i))
            .with("Current", std::to_string(sum.current[i]))
            .with("Total", std::to_string(sum.total[i]));
    co_return reply;
}

Task<mi::Reply> Tm::mi_reply(mi::Request request)
{
    const auto& arguments = request.arguments;
    if (arguments.size() != 5 && arguments.size() != 6) co_return mi::Reply::bad_count();
    const auto code = parse_unsigned(arguments[0], 699);
    if (!code || *code < 100) co_return mi::Reply::error(400, "Invalid reply code");
    const auto id = parse_id(arguments[2]);
    if (!id) co_return mi::Reply::error(id.error().status, id.error().text);

    transaction::LocalReply reply;
    reply.status = static_cast<int>(*code);
    reply.reason = single_line(arguments[1]);
    reply.to_tag = single_line(arguments[3]);
    if (arguments[4] != ".") reply.headers = header_lines(arguments[4]);
    if (arguments.size() == 6) reply.body = arguments[5];
    for (script::Environment* environment : environments_) {
        std::function<Answered()> answer = [environment, id = *id, reply] {
            const auto found = environment->transactions->find(id.hash_index, id.label);
            if (found == nullptr) return Answered::NotHere;
            return found->reply(reply) ? Answered::Sent : Answered::Failed;
        };
        switch (co_await ask_worker(environment->worker, *main_loop_, std::move(answer))) {
            case Answered::NotHere: break;
            case Answered::Sent: co_return mi::Reply::ok();
            case Answered::Failed: co_return mi::Reply::error(500, "Reply failed");
        }
    }
    co_return mi::Reply::error(404, "Transaction not found");
}

}  // namespace junctor::tm
