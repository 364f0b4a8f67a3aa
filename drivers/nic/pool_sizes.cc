// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/pool_sizes.h"

#include <rte_ether.h>

#include <algorithm>

#include "drivers/nic/frame_sender.h"
#include "drivers/nic/nic_device.h"
#include "drivers/nic/packet_pool.h"

namespace penstock {
namespace {

// A mempool's cache is flushed when it is half over.
constexpr uint32_t kCached = PacketPool::kCachePackets * 3 / 2;
// Beside what is needed: a device writes on while workers hold packets.
constexpr uint32_t kSpare = 256;
constexpr uint32_t kOverhead = RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN + RTE_ETHER_CRC_LEN;
// What pools round rooms up to.
constexpr uint32_t kLine = 64;

}  // namespace

uint32_t arrivals_held(uint32_t rx_descriptors) {
  return std::max<uint32_t>(rx_descriptors, 2 * NicDevice::kBurst);
}

uint32_t frame_room(uint32_t mtu, uint32_t jumbo_room) {
  constexpr uint32_t kLeast = 2'048;
  constexpr uint32_t kUnit = 1'024;
  const uint32_t room = (mtu + kOverhead + kUnit - 1) / kUnit * kUnit;
  return room <= kLeast ? kLeast : std::max(room, jumbo_room);
}

std::optional<PeerRooms> peer_rooms(uint32_t mtu, uint32_t slot_bytes) {
  if (slot_bytes < peer_slot_least(mtu) || slot_bytes > kPeerSlotMost) return {};
  return PeerRooms{.rx = (slot_bytes - 1) / kLine * kLine, .tx = (slot_bytes / kLine + 1) * kLine};
}

uint32_t peer_slot_least(uint32_t mtu) {
  return (mtu + kOverhead + kLine - 1) / kLine * kLine + kLine;
}

PoolSizes pool_sizes(const BufferUsers& users) {
  // Found in one look at all queues, and given out with that before.
  const uint32_t looked_at = 2 * static_cast<uint32_t>(NicDevice::kBurst) * (users.rx_queues + 1);
  const uint32_t worker_rx = looked_at + kCached;
  const uint32_t worker_tx = static_cast<uint32_t>(FrameSender::kFrames) + kCached;
  PoolSizes sizes;
  const uint32_t used = users.rx_queues * users.rx_descriptors + users.workers * worker_rx + 1;
  const uint32_t arrivals = users.workers * arrivals_held(users.rx_descriptors);
  sizes.rx_least = used + (users.hand_over ? arrivals : 0);
  sizes.tx_least = users.tx_queues * users.tx_descriptors + users.workers * worker_tx + 1;
  sizes.rx = used + arrivals + users.workers * kSpare;
  sizes.tx = sizes.tx_least + users.workers * kSpare;
  return sizes;
}

}  // namespace penstock
