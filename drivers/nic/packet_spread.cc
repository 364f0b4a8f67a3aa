// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/packet_spread.h"

#include <optional>

#include "drivers/nic/flow_hash.h"

namespace penstock {

Result<std::unique_ptr<PacketSpread>> PacketSpread::create(const std::vector<PollWait*>& workers,
                                                           uint32_t packets, int node) {
  std::unique_ptr<PacketSpread> spread(new PacketSpread);
  for (PollWait* const wait : workers) {
    PENSTOCK_TRY_ASSIGN(std::unique_ptr<ArrivalRing> ring, ArrivalRing::create(packets, node));
    spread->workers_.push_back({wait, std::move(ring)});
  }
  return spread;
}

size_t PacketSpread::worker_for(const ArrivedPacket& packet) const {
  if (steering_) {
    const std::optional<size_t> worker = steering_(packet.payload);
    if (worker && *worker < workers_.size()) return *worker;
  }
  return flow_hash(packet.path) % workers_.size();
}

bool PacketSpread::hand_over(size_t worker, const ArrivedPacket& packet) {
  return workers_[worker].ring->push(packet);
}

}  // namespace penstock
