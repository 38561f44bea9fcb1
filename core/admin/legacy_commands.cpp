#include "core/admin/legacy_commands.h"

#include "core/admin/legacy_request.h"
#include "core/base/ascii.h"

namespace junctor::admin::legacy
{
namespace
{

using Arguments = std::vector<std::string>;

// How one command reads its lines, and how its answer is written from the MI reply.
struct Command {
    const char* name;
    const char* mi;  // what does the work; null: `write` alone
    // The MI arguments. An error is the answer's first line.
    Result<Arguments> (*read)(RequestText& request);
    std::string (*write)(const mi::Reply& reply, const Arguments& arguments);
};

std::string status_line(int code, std::string_view text)
{
    return std::to_string(code) + ' ' + std::string(text) + '\n';
}

// --- Reading
// ------------------------------------------------------------------------------------------------

Result<Arguments> nothing(RequestText&)
{
    return Arguments{};
}

// As many lines as there are names; what is missing is named.
Result<Arguments> lines(RequestText& request, std::initializer_list<const char*> names)
{
    Arguments arguments;
    for (const char* name : names) {
        auto line = request.line();
        if (!line) return fail(400, std::string(name) + " expected");
        arguments.push_back(std::move(*line));
    }
    return arguments;
}

Result<Arguments> one_line(RequestText& request)
{
    return lines(request, {"Line"});
}

Result<Arguments> table_and_user(RequestText& request)
{
    return lines(request, {"Table name", "User name"});
}

Result<Arguments> table_user_contact(RequestText& request)
{
    return lines(request, {"Table name", "User name", "Contact"});
}

Result<Arguments> ul_add_lines(RequestText& request)
{
    auto arguments = lines(request, {"Table name", "User name", "Contact", "Expires", "q value",
                                     "Replicate value", "Flags", "Methods"});
    if (arguments) arguments->insert(arguments->begin() + 7, "0");  // MI's ul_add has cflags, too
    return arguments;
}

Result<Arguments> cancel_lines(RequestText& request)
{
    return lines(request, {"Call-ID", "CSeq"});
}

Result<Arguments> with_blocks(RequestText& request, Arguments arguments)
{
    auto headers = request.headers();
    if (!headers) return fail(400, "Header fields expected, up to a line that is a dot");
    arguments.push_back(headers->empty() ? "." : std::move(*headers));
    auto body = request.body();
    if (body && !body->empty()) arguments.push_back(std::move(*body));
    return arguments;
}

Result<Arguments> uac_lines(RequestText& request)
{
    auto arguments = lines(request, {"Method", "Request-URI", "Next hop"});
    if (!arguments) return arguments;
    arguments->emplace_back(".");  // the socket, which MI's t_uac_dlg also wants
    return with_blocks(request, std::move(*arguments));
}

Result<Arguments> reply_lines(RequestText& request)
{
    auto arguments = lines(request, {"Reply code", "Reason phrase", "Transaction", "To tag"});
    if (!arguments) return arguments;
    return with_blocks(request, std::move(*arguments));
}

// --- Writing
// ------------------------------------------------------------------------------------------------

// Every node a line: "Name: value", or the value alone.
std::string as_lines(const mi::Reply& reply, const Arguments&)
{
    std::string text = status_line(reply.code, reply.reason);
    for (const auto& node : reply.nodes) {
        if (!node.name.empty()) (text += node.name) += ": ";
        (text += node.value) += '\n';
    }
    return text;
}

std::string values_only(const mi::Reply& reply, const Arguments&)
{
    std::string text = status_line(reply.code, reply.reason);
    for (const auto& node : reply.nodes) (text += node.value) += '\n';
    return text;
}

std::string echo(const mi::Reply&, const Arguments& arguments)
{
    return status_line(200, "OK") + arguments[0] + '\n';
}

std::string uptime(const mi::Reply& reply, const Arguments& arguments)
{
    mi::Reply renamed = reply;
    for (auto& node : renamed.nodes)
        if (node.name == "Up since") node.name = "Up Since";
    return as_lines(renamed, arguments);
}

std::string processes(const mi::Reply& reply, const Arguments&)
{
    std::string text = status_line(reply.code, reply.reason);
    for (const auto& node : reply.nodes) {
        for (std::size_t i = 0; i < node.attributes.size(); ++i)
            (text += i == 0 ? "" : "\t") += node.attributes[i].second;
        text += '\n';
    }
    return text;
}

std::string kill(const mi::Reply& reply, const Arguments&)
{
    return reply.code < 300 ? status_line(200, "Killing now") : status_line(reply.code, reply.reason);
}

std::string user_deleted(const mi::Reply& reply, const Arguments& a)
{
    if (reply.code == 404) return status_line(400, "table (" + a[0] + "): not found");
    if (reply.code == 400) return status_line(400, "Domain missing");
    if (reply.code >= 300) return status_line(reply.code, reply.reason);
    return status_line(200, "user (" + a[0] + ", " + a[1] + ") deleted");
}

std::string contact_deleted(const mi::Reply& reply, const Arguments& a)
{
    if (reply.code == 404 && reply.reason == "Table not found")
        return status_line(400, "table (" + a[0] + "): not found");
    if (reply.code >= 300) return status_line(reply.code, reply.reason);
    return status_line(200, "Contact (" + a[1] + ", " + a[2] + ") deleted from table " + a[0]);
}

std::string contact_added(const mi::Reply& reply, const Arguments& a)
{
    if (reply.code >= 300) return status_line(reply.code == 404 ? 400 : reply.code, reply.reason);
    return status_line(200, "Added to table") + "('" + a[1] + "','" + a[2] + "') to '" + a[0] + "'\n";
}

// As MI's, without cflags.
std::string contacts(const mi::Reply& reply, const Arguments&)
{
    std::string text = status_line(reply.code, reply.reason);
    for (const auto& node : reply.nodes) {
        std::string value = node.value;
        if (const std::size_t from = value.find(";cflags="); from != std::string::npos)
            value.erase(from, value.find(';', from + 1) - from);
        (text += value) += '\n';
    }
    return text;
}

std::string flushed(const mi::Reply& reply, const Arguments&)
{
    return reply.code < 300 ? status_line(200, "ul_flush completed") : status_line(reply.code, reply.reason);
}

std::string not_offered(const mi::Reply&, const Arguments&)
{
    return status_line(500, "ul_dump is not offered here; use ul_dump of the management interface");
}

std::string cancelled(const mi::Reply& reply, const Arguments&)
{
    if (reply.code < 300) return status_line(200, "uac_cancel succeeded");
    return status_line(reply.code, reply.code == 481 ? "uac_cancel: No such transaction" : reply.reason);
}

// Buckets that never held a transaction are left out: all 65536 would not fit into a datagram.
std::string hash_table(const mi::Reply& reply, const Arguments&)
{
    if (reply.code >= 300) return status_line(reply.code, reply.reason);
    std::string text = status_line(200, "OK") + "\tcurrent\ttotal\n";
    for (const auto& node : reply.nodes) {
        if (node.attributes.size() != 2 || node.attributes[1].second == "0") continue;
        text += node.value + ".\t" + node.attributes[0].second + '\t' + node.attributes[1].second + '\n';
    }
    return text;
}

std::string replied(const mi::Reply& reply, const Arguments&)
{
    if (reply.code < 300) return status_line(200, "Succeeded");
    if (reply.code == 404) return status_line(481, "No such transaction");
    return status_line(reply.code, reply.reason);
}

// The result of t_uac_dlg: its first node is the status line itself.
std::string uac_result(const mi::Reply& reply, const Arguments&)
{
    if (reply.code >= 300 || reply.nodes.empty()) return status_line(reply.code, reply.reason);
    std::string text;
    for (const auto& node : reply.nodes) {
        text += node.value;
        if (!text.ends_with('\n')) text += '\n';
    }
    return text;
}

const std::array known{
    Command{"print", nullptr, one_line, echo},
    Command{"version", "version", nothing, as_lines},
    Command{"uptime", "uptime", nothing, uptime},
    Command{"ps", "ps", nothing, processes},
    Command{"pwd", "pwd", nothing, values_only},
    Command{"arg", "arg", nothing, values_only},
    Command{"kill", "kill", nothing, kill},
    Command{"ul_rm", "ul_rm", table_and_user, user_deleted},
    Command{"ul_rm_contact", "ul_rm_contact", table_user_contact, contact_deleted},
    Command{"ul_add", "ul_add", ul_add_lines, contact_added},
    Command{"ul_show_contact", "ul_show_contact", table_and_user, contacts},
    Command{"ul_flush", "ul_flush", nothing, flushed},
    Command{"ul_dump", "ul_dump", nothing, not_offered},
    Command{"t_uac_dlg", "t_uac_dlg", uac_lines, uac_result},
    Command{"t_uac_cancel", "t_uac_cancel", cancel_lines, cancelled},
    Command{"t_hash", "t_hash", nothing, hash_table},
    Command{"t_reply", "t_reply", reply_lines, replied},
    Command{"domain_reload", "domain_reload", nothing, as_lines},
    Command{"domain_dump", "domain_dump", nothing, values_only},
    Command{"trusted_reload", "trusted_reload", nothing, as_lines},
    Command{"trusted_dump", "trusted_dump", nothing, values_only},
    Command{"address_reload", "address_reload", nothing, as_lines},
    Command{"address_dump", "address_dump", nothing, values_only},
};

bool is_there(const Command& command, const Registry& commands)
{
    return command.mi == nullptr || commands.find_command(command.mi) != nullptr;
}

const Command* find(std::string_view name, const Registry& commands)
{
    for (const Command& command : known)
        if (iequals(command.name, name)) return is_there(command, commands) ? &command : nullptr;
    return nullptr;
}

// The latest registered first: modules, then the core.
std::string which(const Registry& commands)
{
    std::string text = status_line(200, "OK");
    for (auto command = known.rbegin(); command != known.rend(); ++command)
        if (is_there(*command, commands)) (text += command->name) += '\n';
    return text + "which\n";
}

std::string limited(std::string text)
{
    return text.size() <= max_datagram ? text : status_line(500, "The answer does not fit into a datagram");
}

}  // namespace

Task<std::string> answer(std::string text, const Registry& commands,
                         std::function<void(std::string)> progress)
{
    RequestText request(text);
    const auto name = request.command();
    if (!name) co_return status_line(400, "First line malformed");
    if (iequals(*name, "which")) co_return limited(which(commands));
    const Command* command = find(*name, commands);
    if (command == nullptr) co_return limited(status_line(500, "Command " + *name + " not found"));

    const auto arguments = command->read(request);
    if (!arguments) co_return status_line(arguments.error().status, arguments.error().text);
    mi::Reply reply;
    if (command->mi != nullptr && command->write != not_offered) {
        mi::Request call;
        call.command = command->mi;
        call.arguments = *arguments;
        call.progress = [command, progress, given = *arguments](const mi::Reply& provisional) {
            progress(limited(command->write(provisional, given)));
        };
        reply = co_await commands.find_command(command->mi)->run(std::move(call));
    }
    co_return limited(command->write(reply, *arguments));
}

}  // namespace junctor::admin::legacy
