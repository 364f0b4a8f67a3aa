// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/frame_head.h"

#include <cstring>

#include "base/check.h"
#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/frame_writer.h"
#include "drivers/ipstack/internet_checksum.h"
#include "drivers/ipstack/ip_packet.h"

namespace penstock {

FrameHead::FrameHead(const FrameEnds& ends, uint32_t payload_max)
    : ethernet_bytes_(ends.link.head_bytes()), payload_max_(payload_max), ipv6_(ends.source.is_ipv6) {
  uint8_t* const ip = template_.data() + ethernet_bytes_;
  write_ethernet(template_.data(), ends.link, ends.next_hop, ipv6_ ? kEtherTypeIpv6 : kEtherTypeIpv4);
  const size_t ip_bytes = write_ip(
      ip, {.source = ends.source, .destination = ends.destination, .protocol = kProtocolUdp, .bytes = 0});
  if (!ipv6_) {
    store_be16(ip + 2, 0);
    store_be16(ip + 10, 0);
    ip_sum_ = InternetSum().add({ip, kIpv4Bytes}).partial();
  }
  uint8_t* const udp = ip + ip_bytes;
  store_be16(udp, ends.source_port);
  store_be16(udp + 2, ends.destination_port);
  pseudo_sum_ = pseudo_header_sum(ends.source, ends.destination, kProtocolUdp, 0);
  ports_sum_ = InternetSum().add({udp, 4}).partial();
  bytes_ = ethernet_bytes_ + ip_bytes + kUdpBytes;
}

void FrameHead::write(MutableBytes frame, Bytes payload, uint8_t ecn, uint16_t id,
                      SendOffloads offloads) const {
  PENSTOCK_CHECK(frame.size() >= bytes_ + payload.size() && bytes_ != 0);
  std::memcpy(frame.data(), template_.data(), bytes_);
  uint8_t* const ip = frame.data() + ethernet_bytes_;
  const auto udp_length = static_cast<uint16_t>(kUdpBytes + payload.size());
  if (ipv6_) {
    ip[1] = static_cast<uint8_t>(ecn << 4);
    store_be16(ip + 4, udp_length);
  } else {
    const auto length = static_cast<uint16_t>(kIpv4Bytes + udp_length);
    ip[1] = ecn;
    store_be16(ip + 2, length);
    store_be16(ip + 4, id);
    if (!offloads.ip_checksum)
      InternetSum(ip_sum_).add_be16(ecn).add_be16(length).add_be16(id).store(ip + 10);
  }

  uint8_t* const udp = frame.data() + bytes_ - kUdpBytes;
  uint8_t* const to = frame.data() + bytes_;
  store_be16(udp + 4, udp_length);
  InternetSum sum(pseudo_sum_);
  sum.add_be16(udp_length);
  if (offloads.udp_checksum) {
    store_le<uint16_t>(udp + 6, sum.folded());
    if (payload.data() != to && !payload.empty()) std::memcpy(to, payload.data(), payload.size());
    return;
  }
  sum.add_be16(udp_length).add(InternetSum(ports_sum_));
  if (payload.data() == to)
    sum.add(payload);
  else
    sum.add_copying(to, payload);
  sum.store(udp + 6);
  // Zero says that there is none: RFC 768 has its other form sent.
  if (load_le<uint16_t>(udp + 6) == 0) store_le<uint16_t>(udp + 6, 0xffff);
}

}  // namespace penstock
