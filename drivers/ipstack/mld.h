// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/link_end.h"

namespace penstock {

// Multicast listener discovery, RFC 3810: how switches and routers learn which groups a port is in.

// Whether an IPv6 packet is a right query of any version. Its addresses are the caller's to look at.
bool is_mld_query(Bytes packet);
// A whole frame, from `end`: what is sent to these groups, whoever sends it, is wanted. `news`: from now on.
// Returns its length; `to` has room for 78 bytes and 20 for each group.
size_t write_mld_report(MutableBytes to, const LinkEnd& end, const IpAddress& source,
                        std::span<const IpAddress> groups, bool news);

}  // namespace penstock
