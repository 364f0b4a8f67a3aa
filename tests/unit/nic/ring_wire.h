// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

struct rte_ring;

namespace penstock {

// A cable with DPDK ports made of rings at its ends, or the test itself at one of them. What is in it at the
// end is freed. Outlives what is plugged in.
class RingWire {
 public:
  using Frame = std::vector<uint8_t>;

  explicit RingWire(uint16_t queues = 1, unsigned frames = 1024);
  ~RingWire();
  RingWire(const RingWire&) = delete;
  RingWire& operator=(const RingWire&) = delete;

  // What DPDK calls the port at an end (0 or 1), which is plugged in when it is asked for first.
  const std::string& port(size_t end);
  void unplug(size_t end);

  // What a device says of a frame beside its bytes.
  struct Marks {
    uint64_t flags = 0;
    uint16_t vlan_tci = 0;
    uint16_t told_bytes = 0;  // that its frame has, wherever it ends; 0: those that it has
  };
  // As if the other end had sent it. False: the wire is full.
  bool inject(size_t end, Bytes frame, uint16_t queue = 0) { return inject(end, frame, queue, {}); }
  bool inject(size_t end, Bytes frame, uint16_t queue, Marks marks);
  // What the port at an end has sent: taken from the wire.
  std::vector<Frame> sent_by(size_t end);
  void drain();
  // Injected frames that nobody has freed yet, of all wires.
  static size_t frames_lent();

 private:
  const uint16_t queues_;
  std::array<std::vector<rte_ring*>, 2> towards_;
  std::array<std::string, 2> ports_;
};

}  // namespace penstock
