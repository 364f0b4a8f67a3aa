// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "base/bounded_ring.h"
#include "base/bytes.h"
#include "port/packet_queue.h"

namespace penstock {

// Packets that one worker received and another's connection is meant by: copied into slots that are made at
// start. One producing and one consuming thread.
class PacketHandover {
 public:
  static constexpr size_t kSlots = 64;

  explicit PacketHandover(size_t packet_bytes_max)
      : slot_bytes_(packet_bytes_max),
        bytes_(std::make_unique_for_overwrite<uint8_t[]>(kSlots * packet_bytes_max)),
        full_(kSlots),
        empty_(kSlots) {
    for (uint32_t slot = 0; slot < kSlots; ++slot) {
      Packet packet;
      packet.slot = slot;
      empty_.push(Packet(packet));
    }
  }

  struct Packet {
    uint32_t slot = 0;
    uint32_t bytes = 0;
    uint8_t ecn = 0;
    NetPath path{};
  };

  // The producer's. False: no slot is free, or it is too large for one.
  bool push(Bytes packet, const NetPath& path, uint8_t ecn) {
    if (packet.size() > slot_bytes_) return false;
    std::optional<Packet> slot = empty_.pop();
    if (!slot) return false;
    std::memcpy(bytes_.get() + slot->slot * slot_bytes_, packet.data(), packet.size());
    slot->bytes = static_cast<uint32_t>(packet.size());
    slot->ecn = ecn;
    slot->path = path;
    return full_.push(Packet(*slot));
  }

  // The consumer's: calls `each(Bytes, path, ecn)` for what has come.
  template <class Each>
  size_t take(Each&& each) {
    size_t count = 0;
    while (std::optional<Packet> packet = full_.pop()) {
      each(Bytes(bytes_.get() + packet->slot * slot_bytes_, packet->bytes), packet->path, packet->ecn);
      empty_.push(Packet(*packet));
      ++count;
    }
    return count;
  }

 private:
  const size_t slot_bytes_;
  std::unique_ptr<uint8_t[]> bytes_;
  BoundedRing<Packet> full_;
  BoundedRing<Packet> empty_;
};

}  // namespace penstock
