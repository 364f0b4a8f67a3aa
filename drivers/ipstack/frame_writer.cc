// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/frame_writer.h"

#include <algorithm>
#include <cstring>

#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/internet_checksum.h"
#include "drivers/ipstack/ip_packet.h"

namespace penstock {
namespace {

constexpr uint16_t kDontFragment = 0x4000;

size_t write_ipv4(uint8_t* to, const IpContent& content) {
  std::memset(to, 0, kIpv4Bytes);
  to[0] = 4 << 4 | kIpv4Bytes / 4;
  store_be16(to + 2, static_cast<uint16_t>(kIpv4Bytes + content.bytes));
  store_be16(to + 6, kDontFragment);
  to[8] = content.hop_limit;
  to[9] = content.protocol;
  std::memcpy(to + 12, content.source.bytes.data(), 4);
  std::memcpy(to + 16, content.destination.bytes.data(), 4);
  InternetSum().add({to, kIpv4Bytes}).store(to + 10);
  return kIpv4Bytes;
}

size_t write_ipv6(uint8_t* to, const IpContent& content) {
  store_be32(to, uint32_t{6} << 28);
  store_be16(to + 4, static_cast<uint16_t>(content.bytes));
  to[6] = content.protocol;
  to[7] = content.hop_limit;
  std::memcpy(to + 8, content.source.bytes.data(), 16);
  std::memcpy(to + 24, content.destination.bytes.data(), 16);
  return kIpv6Bytes;
}

}  // namespace

void write_ethernet(uint8_t* to, const LinkEnd& end, const MacAddress& destination, uint16_t type) {
  std::memcpy(to, destination.bytes.data(), 6);
  std::memcpy(to + 6, end.mac.bytes.data(), 6);
  to += 12;
  if (end.vlan) {
    store_be16(to, kEtherTypeVlan);
    store_be16(to + 2, *end.vlan);
    to += kVlanTagBytes;
  }
  store_be16(to, type);
}

size_t write_ip(uint8_t* to, const IpContent& content) {
  return content.source.is_ipv6 ? write_ipv6(to, content) : write_ipv4(to, content);
}

size_t pad_frame(MutableBytes frame, size_t used) {
  const size_t padded = std::min(frame.size(), std::max(used, kEthernetBytesMin));
  std::memset(frame.data() + used, 0, padded - used);
  return padded;
}

}  // namespace penstock
