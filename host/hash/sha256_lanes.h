// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <span>

#include "base/bytes.h"
#include "base/check.h"
#include "base/digest.h"
#include "hash/longest_first.h"
#include "hash/sha256_lane.h"

namespace penstock {

// What runs kLanes messages side by side and keeps their hash values, by lane number.
template <class K>
concept Sha256Kernel = requires(K kernel, const K& seen, std::span<const Sha256Lane* const> lanes, size_t n) {
  { K::kLanes } -> std::convertible_to<size_t>;
  kernel.start(n);       // lane n begins a message
  kernel.run(lanes, n);  // n blocks of each of these lanes, at least one and at most kLanes of them
  { seen.digest(n) } -> std::same_as<Digest>;
};

// Runs the messages through the kernel's lanes. A lane takes the next message as soon as its own ends; all
// advance together by as many blocks as the one with the fewest has. When no message is left to take, the
// kernel is given the lanes that still run.
template <Sha256Kernel Kernel>
void digest_in_lanes(Kernel& kernel, std::span<const Bytes> messages, std::span<Digest> digests) {
  PENSTOCK_CHECK(messages.size() == digests.size());
  LongestFirst waiting(messages);
  std::array<Sha256Lane, Kernel::kLanes> lanes;
  std::array<Sha256Lane*, Kernel::kLanes> active{};
  size_t width = 0;
  const auto take_next = [&](Sha256Lane& lane) {
    const size_t place = waiting.take();
    lane.start(place, messages[place]);
    kernel.start(lane.number);
  };
  for (; width < lanes.size() && !waiting.empty(); ++width) {
    active[width] = &lanes[width];
    lanes[width].number = width;
    take_next(lanes[width]);
  }
  while (width > 0) {
    const std::span<const Sha256Lane* const> running(active.data(), width);
    size_t blocks = running[0]->blocks;
    for (const Sha256Lane* lane : running) blocks = std::min(blocks, lane->blocks);
    kernel.run(running, blocks);
    for (size_t l = 0; l < width;) {
      Sha256Lane& lane = *active[l];
      if (lane.advance(blocks)) {
        ++l;
        continue;
      }
      digests[lane.message] = kernel.digest(lane.number);
      if (!waiting.empty()) {
        take_next(lane);
        ++l;
      } else {
        active[l] = active[--width];
      }
    }
  }
}

}  // namespace penstock
