// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "drivers/ipstack/frame_reader.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/link_end.h"
#include "drivers/ipstack/mac_address.h"

namespace penstock {

inline constexpr uint8_t kNdpHopLimit = 255;  // which no router lets through
inline constexpr uint8_t kNeighbourSolicitation = 135;
inline constexpr uint8_t kNeighbourAdvertisement = 136;

// Neighbour solicitation and advertisement, RFC 4861.
struct NdpMessage {
  bool is_solicitation = false;
  bool solicited = false;  // of advertisements, as the next
  bool overrides = false;
  IpAddress target{};
  std::optional<MacAddress> mac{};  // the source's or the target's link-layer address
};

// Of an ICMPv6 packet of one of these types whose checksum was looked at.
ReadFrom<NdpMessage> read_ndp(const IpPacket& packet);
// A whole frame, from `end` to the station with this MAC address. Returns its length; `to` has room for 90
// bytes.
size_t write_ndp(MutableBytes to, const LinkEnd& end, const MacAddress& station, const IpAddress& source,
                 const IpAddress& destination, const NdpMessage& message);

}  // namespace penstock
