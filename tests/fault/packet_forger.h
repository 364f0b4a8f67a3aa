// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "fault/seeded_random.h"

namespace penstock {

// Makes of QUIC packets what an attacker on the way would: altered bits, bytes, lengths, versions; cut off,
// longer; or noise, of which some begins as packets do. The same from the same seed. One thread.
class PacketForger {
 public:
  explicit PacketForger(uint64_t seed) : random_(seed) {}

  // Alters the first `bytes` of `room`, which may be longer; how many there are now, at least one.
  size_t alter(MutableBytes room, size_t bytes);
  // Fills a prefix of `room`, of up to 1,452 bytes; how many.
  size_t noise(MutableBytes room);

 private:
  void alter_head(MutableBytes packet);

  SeededRandom random_;
};

}  // namespace penstock
