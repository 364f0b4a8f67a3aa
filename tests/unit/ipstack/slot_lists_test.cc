// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/slot_lists.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "fault/seeded_random.h"
#include "unit/base/random_seed.h"

namespace penstock {
namespace {

// Against lists that are searched.
TEST(SlotListsTest, WhatWasPutThereFirstIsInFront) {
  constexpr size_t kSlots = 20;
  constexpr size_t kLists = 3;
  SCOPED_TRACE(seed_text(process_seed()));
  SeededRandom random(process_seed());
  SlotLists lists(kSlots, kLists);
  std::array<std::vector<size_t>, kLists> slow;
  for (int i = 0; i < 100'000; ++i) {
    const size_t slot = random.below(kSlots);
    for (auto& each : slow) std::erase(each, slot);
    if (random.chance(0.3)) {
      lists.remove(slot);
    } else {
      const size_t list = random.below(kLists);
      lists.append(slot, list);
      slow[list].push_back(slot);
    }
    for (size_t list = 0; list < kLists; ++list)
      ASSERT_EQ(lists.front(list), slow[list].empty() ? SlotLists::kNone : slow[list].front());
  }
}

}  // namespace
}  // namespace penstock
