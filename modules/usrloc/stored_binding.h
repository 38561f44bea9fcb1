// A row of a location table, in both layouts: 1004 and, without cflags and with other flags, 1003.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/db/table.h"

namespace junctor::usrloc
{

// Text: std::string, or std::string_view for rows that are scanned or written.
template <class Text>
struct StoredBinding {
    Text username;
    std::optional<Text> domain;
    Text contact;
    std::optional<db::DateTime> expires;  // second 0: permanent
    std::optional<double> q;              // -1: not given
    Text call_id;
    std::optional<std::int64_t> cseq, flags, cflags;
    Text user_agent;
    std::optional<Text> received, path, socket;
    std::optional<std::int64_t> methods;  // NULL: all
    std::optional<db::DateTime> last_modified;

    using Self = StoredBinding;
    static constexpr auto table = db::table(
        "location", db::versions::from(1003),  //
        db::column("username", &Self::username, "user_column"),
        db::column("domain", &Self::domain, "domain_column"),
        db::column("contact", &Self::contact, "contact_column"),
        db::column("expires", &Self::expires, "expires_column"), db::column("q", &Self::q, "q_column"),
        db::column("callid", &Self::call_id, "callid_column"), db::column("cseq", &Self::cseq, "cseq_column"),
        db::column("flags", &Self::flags, "flags_column"),
        db::optional_column("cflags", &Self::cflags, "cflags_column"),
        db::column("user_agent", &Self::user_agent, "user_agent_column"),
        db::column("received", &Self::received, "received_column"),
        db::column("path", &Self::path, "path_column"), db::column("socket", &Self::socket, "socket_column"),
        db::column("methods", &Self::methods, "methods_column"),
        db::column("last_modified", &Self::last_modified));
};

using StoredRow = StoredBinding<std::string>;
using ScannedRow = StoredBinding<std::string_view>;
using LocationTable = db::Table<ScannedRow>;  // for writing and scanning

}  // namespace junctor::usrloc
