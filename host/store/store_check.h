// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "store/segment_checker.h"
#include "store/store.h"
#include "store/store_damage.h"

namespace penstock {

struct StoreCheckOptions {
  unsigned threads = 1;
  // Each damage, by one thread at a time; healed ones are not counted as damages.
  std::function<void(const StoreDamage&)> damage = {};
  // Bytes of segments read since the last call; from any thread.
  std::function<void(uint64_t)> progress = {};
};

// Reads and checks every byte below the watermarks of an open store, its segments side by side, and
// store.toml, commits.log and quarantine.log. A writer's store quarantines the records that are found
// damaged. failed: a segment could not be opened or read, which is no damage; all others were checked.
Result<CheckTotals> check_store(Store& store, const StoreCheckOptions& options);

}  // namespace penstock
