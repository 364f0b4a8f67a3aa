// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/ip_packet.h"

#include "drivers/ipstack/internet_checksum.h"

namespace penstock {

uint64_t pseudo_header_sum(const IpAddress& source, const IpAddress& destination, uint8_t protocol,
                           size_t content_bytes) {
  // The zeros behind an IPv4 address change no sum.
  InternetSum sum;
  sum.add(source.bytes).add(destination.bytes).add_be16(protocol);
  return sum.add_be16(static_cast<uint16_t>(content_bytes)).partial();
}

}  // namespace penstock
