#include "core/script/keywords.h"

#include <array>
#include <utility>

#include "core/script/command_table.h"

namespace junctor::script
{
namespace
{

using ast::RouteKind;
using ast::Subject;

constexpr std::array subjects{
    std::pair{std::string_view("method"), Subject::Method},
    std::pair{std::string_view("uri"), Subject::Uri},
    std::pair{std::string_view("status"), Subject::Uri},
    std::pair{std::string_view("from_uri"), Subject::FromUri},
    std::pair{std::string_view("to_uri"), Subject::ToUri},
    std::pair{std::string_view("src_ip"), Subject::SrcIp},
    std::pair{std::string_view("dst_ip"), Subject::DstIp},
    std::pair{std::string_view("src_port"), Subject::SrcPort},
    std::pair{std::string_view("dst_port"), Subject::DstPort},
    std::pair{std::string_view("proto"), Subject::Proto},
    std::pair{std::string_view("af"), Subject::Af},
    std::pair{std::string_view("msg:len"), Subject::MsgLen},
};

constexpr std::array routes{
    std::pair{std::string_view("route"), RouteKind::Request},
    std::pair{std::string_view("onreply_route"), RouteKind::OnReply},
    std::pair{std::string_view("failure_route"), RouteKind::Failure},
    std::pair{std::string_view("branch_route"), RouteKind::Branch},
    std::pair{std::string_view("error_route"), RouteKind::Error},
};

template <class Table>
auto find(const Table& table, std::string_view word) -> std::optional<decltype(table[0].second)>
{
    for (const auto& [name, meaning] : table) {
        if (name == word) return meaning;
    }
    return std::nullopt;
}

}  // namespace

namespace ast
{

std::string_view to_text(Comparator comparator)
{
    switch (comparator) {
        case Comparator::Equal: return "==";
        case Comparator::NotEqual: return "!=";
        case Comparator::Match: return "=~";
        case Comparator::NotMatch: return "!~";
        case Comparator::Less: return "<";
        case Comparator::LessEqual: return "<=";
        case Comparator::Greater: return ">";
        case Comparator::GreaterEqual: return ">=";
    }
    return "";
}

std::string_view to_text(RouteKind kind)
{
    for (const auto& [name, meaning] : routes) {
        if (meaning == kind) return name;
    }
    return "";
}

}  // namespace ast

std::optional<Subject> subject_of(std::string_view word)
{
    return find(subjects, word);
}

std::optional<RouteKind> route_kind_of(std::string_view word)
{
    return find(routes, word);
}

std::vector<std::string_view> statement_words()
{
    std::vector<std::string_view> words{"if",      "else",  "switch", "case",
                                        "default", "break", "while",  "include_file"};
    for (const auto& command : command_names()) words.push_back(command.name);
    return words;
}

std::vector<std::string_view> top_level_words()
{
    std::vector<std::string_view> words{"loadmodule",    "modparam",          "mpath",
                                        "dst_blacklist", "tls_server_domain", "tls_client_domain",
                                        "include_file"};
    for (const auto& [name, kind] : routes) words.push_back(name);
    return words;
}

}  // namespace junctor::script
