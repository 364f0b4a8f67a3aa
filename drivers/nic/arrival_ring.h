// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "port/packet_queue.h"

struct rte_mbuf;
struct rte_ring;

namespace penstock {

// A UDP packet within the frame that brought it.
struct ArrivedPacket {
  rte_mbuf* frame = nullptr;
  MutableBytes payload{};
  NetPath path{};
  uint8_t ecn = 0;
};

// Packets that one worker found for another. Any thread pushes, one pops. What is left in it at the end is
// freed.
class ArrivalRing {
 public:
  static Result<std::unique_ptr<ArrivalRing>> create(uint32_t packets, int node);
  ~ArrivalRing();
  ArrivalRing(const ArrivalRing&) = delete;
  ArrivalRing& operator=(const ArrivalRing&) = delete;

  // False: it is full.
  bool push(const ArrivedPacket& packet);
  size_t pop(std::span<ArrivedPacket> into);

 private:
  explicit ArrivalRing(rte_ring* ring) : ring_(ring) {}

  rte_ring* const ring_;
};

}  // namespace penstock
