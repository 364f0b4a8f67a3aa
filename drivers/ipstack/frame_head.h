// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace penstock {

// What a NIC computes of a frame that is sent.
struct SendOffloads {
  bool ip_checksum = false;   // IPv4's header
  bool udp_checksum = false;  // the field then holds the pseudo-header's sum, as DPDK expects it
};

// The Ethernet, VLAN, IP and UDP headers of all packets of a path: kept by whoever sends, as long as
// IpStack::generation() stays what it was.
class FrameHead {
 public:
  static constexpr size_t kBytesMax = 14 + 4 + 40 + 8;

  size_t bytes() const { return bytes_; }  // of all headers
  size_t ethernet_bytes() const { return ethernet_bytes_; }
  bool is_ipv6() const { return ipv6_; }
  uint32_t payload_max() const { return payload_max_; }  // of one packet, by MTU and path MTU

  // Writes the headers of a packet with `payload` to `frame` (bytes() of it), and copies the payload behind
  // them while it sums it, unless the NIC does. `frame` holds bytes() + payload.size().
  void write(MutableBytes frame, Bytes payload, uint8_t ecn, uint16_t id, SendOffloads offloads) const;

 private:
  friend class IpStack;

  std::array<uint8_t, kBytesMax> template_{};
  size_t bytes_ = 0;
  size_t ethernet_bytes_ = 0;
  uint32_t payload_max_ = 0;
  uint64_t pseudo_sum_ = 0;
  bool ipv6_ = false;
};

}  // namespace penstock
