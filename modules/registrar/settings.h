// The registrar's parameters as its parts read them. Fixed at start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/script/avp.h"

namespace junctor::registrar
{

struct Settings {
    int default_expires = 3600, min_expires = 60, max_expires = 0;  // seconds; 0: no limit
    bool refuse_short_expires = false;                              // 423 instead of raising it
    int default_q = -1;                                             // thousandths; -1: not given
    bool append_branches = true;
    bool case_sensitive = false;
    int tcp_persistent_flag = -1;
    std::string realm_prefix;
    std::string received_param = "received";
    std::optional<script::AvpName> received_avp, aor_avp;
    int max_contacts = 0;
    int retry_after = 0;
    int sock_flag = -1;
    std::string sock_hdr_name;
    bool method_filtering = false;
    bool use_path = false;
    int path_mode = 2;  // 0 off, 1 lazy, 2 strict
    bool path_use_received = false;

    // usrloc's.
    bool use_domain = false;
    std::uint32_t nat_flag = 0;
};

}  // namespace junctor::registrar
