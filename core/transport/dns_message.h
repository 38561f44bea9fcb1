// Reads what a name server answered: RFC 1035 §4.1, with SRV (RFC 2782), NAPTR (RFC 3403) and AAAA (RFC
// 3596).
//
// Pure. Every length is checked; at most 64 records are taken.
#pragma once

#include <cstdint>
#include <span>

#include "core/transport/resolver.h"

namespace junctor::transport
{

constexpr std::uint16_t wire_type(DnsType type)
{
    switch (type) {
        case DnsType::A: return 1;
        case DnsType::Aaaa: return 28;
        case DnsType::Naptr: return 35;
        case DnsType::Srv: return 33;
        case DnsType::Ptr: return 12;
    }
    return 0;
}

// The records of this type, whatever alias (CNAME) led to them. Without any, ttl says how long that may be
// believed (RFC 2308 §5), 0 if the server did not say.
Result<DnsRecords> parse_dns_answer(std::span<const std::uint8_t> message, DnsType type);

}  // namespace junctor::transport
