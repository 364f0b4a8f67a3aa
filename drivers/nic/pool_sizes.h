// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace penstock {

// Who may hold packet buffers.
struct BufferUsers {
  uint32_t workers = 1;
  uint32_t rx_queues = 1;
  uint32_t tx_queues = 1;
  uint32_t rx_descriptors = 0;  // of each queue
  uint32_t tx_descriptors = 0;
  bool hand_over = false;  // workers find packets for each other, which wait for them
};

// How many buffers a port's pools have. With the least, all users may hold what they can and one more packet
// still finds a buffer; a driver that gives buffers back late cannot stop the port.
struct PoolSizes {
  uint32_t rx = 0;
  uint32_t tx = 0;
  uint32_t rx_least = 0;
  uint32_t tx_least = 0;
};
PoolSizes pool_sizes(const BufferUsers& users);

// Packets that wait for a worker whom another found them for: what a hardware queue holds.
uint32_t arrivals_held(uint32_t rx_descriptors);
// Of a buffer for frames of this MTU, as NICs count it (KiB). `jumbo_room`: what a driver wants above 2 KiB.
uint32_t frame_room(uint32_t mtu, uint32_t jumbo_room);

// Of buffers beside memory that is shared with a process, whose slots have `slot_bytes`: memif's driver looks
// at how much it may copy only where a buffer to receive in has less room than a slot, and one to send from
// has more. Nothing: frames of this MTU find no room so.
struct PeerRooms {
  uint32_t rx = 0;
  uint32_t tx = 0;
};
inline constexpr uint32_t kPeerSlotMost = 16'384;
std::optional<PeerRooms> peer_rooms(uint32_t mtu, uint32_t slot_bytes);
// The smallest slots that do.
uint32_t peer_slot_least(uint32_t mtu);

}  // namespace penstock
