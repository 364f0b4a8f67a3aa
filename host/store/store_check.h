// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "store/segment_checker.h"
#include "store/store.h"
#include "store/store_damage.h"
#include "store/store_findings.h"

namespace penstock {

struct StoreCheckOptions {
  unsigned threads = 1;
  // Each damage, by one thread at a time; healed ones are not counted as damages.
  std::function<void(const StoreDamage&)> damage = {};
  // Each part that could not be opened or read, which says nothing of what it holds; by one thread at a time.
  std::function<void(const Error&)> unread = {};
  // Bytes of segments read since the last call; from any thread.
  std::function<void(uint64_t)> progress = {};
};

struct CheckReport {
  CheckTotals totals;
  StoreFindings findings;  // the store checked has settled them; a reader's only until it is closed
};

// Reads and checks every byte below the watermarks of an open store, its segments side by side, and
// store.toml, commits.log and quarantine.log, and settles what it found. What cannot be read does not keep
// the rest from being checked.
Result<CheckReport> check_store(Store& store, const StoreCheckOptions& options);

// Reads and checks what a writer has appended and not committed; no append may be under way. corrupt: the
// first damage; failed: something could not be read. Settles nothing: what is not committed has no name.
Status check_uncommitted(Store& store);

}  // namespace penstock
