// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/link_end.h"
#include "drivers/ipstack/mac_address.h"

namespace penstock {

// What a NIC computes of a frame that is sent.
struct SendOffloads {
  bool ip_checksum = false;   // IPv4's header: the field is zero
  bool udp_checksum = false;  // the field then holds the pseudo-header's sum, as DPDK expects it
};

// Between whom the packets of a path go, on the wire.
struct FrameEnds {
  LinkEnd link{};
  MacAddress next_hop{};
  IpAddress source{};
  IpAddress destination{};
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
};

// The Ethernet, VLAN, IP and UDP headers of all packets of a path: kept by whoever sends, as long as
// IpStack::generation() stays what it was.
class FrameHead {
 public:
  static constexpr size_t kBytesMax = 14 + 4 + 40 + 8;

  FrameHead() = default;  // of no path
  FrameHead(const FrameEnds& ends, uint32_t payload_max);

  size_t bytes() const { return bytes_; }  // of all headers
  size_t ethernet_bytes() const { return ethernet_bytes_; }
  bool is_ipv6() const { return ipv6_; }
  // Of one packet, by the MTU of the port's own network: what a router further on may have said only advises
  // whoever makes packets (IpStack::payload_max), as anybody can say it.
  uint32_t payload_max() const { return payload_max_; }

  // Writes the headers of a packet with `payload` to `frame` (bytes() of it), and copies the payload behind
  // them while it sums it, unless the NIC does. `frame` holds bytes() + payload.size(). A payload that stands
  // there already is left where it is; otherwise they do not overlap.
  void write(MutableBytes frame, Bytes payload, uint8_t ecn, uint16_t id, SendOffloads offloads) const;

 private:
  std::array<uint8_t, kBytesMax> template_{};
  size_t bytes_ = 0;
  size_t ethernet_bytes_ = 0;
  uint32_t payload_max_ = 0;
  uint64_t ip_sum_ = 0;      // of the template's IPv4 header
  uint64_t pseudo_sum_ = 0;  // but for the length
  uint64_t ports_sum_ = 0;
  bool ipv6_ = false;
};

}  // namespace penstock
