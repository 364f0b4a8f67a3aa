// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/frame_drop.h"

#include <array>

namespace penstock {
namespace {

constexpr std::array<std::string_view, kFrameDrops> kNames{
    "truncated",        "other_mac",         "other_vlan",       "other_protocol", "other_address",
    "other_port",       "fragment",          "extension_header", "bad_header",     "bad_ip_checksum",
    "bad_udp_checksum", "bad_icmp_checksum", "bad_source",       "bad_arp",        "bad_ndp",
    "unwanted_icmp",    "too_many_answers",  "address_conflict", "empty",          "scattered",
};
static_assert(!kNames.back().empty());

}  // namespace

std::string_view frame_drop_name(FrameDrop drop) {
  return kNames[static_cast<size_t>(drop)];
}

}  // namespace penstock
