// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "dag/cid.h"
#include "pipeline/transfer_progress.h"
#include "store/damaged_range.h"
#include "store/store.h"

namespace penstock {

struct AuditOptions {
  unsigned threads = 0;                      // 0: one a CPU
  std::function<void(const Error&)> damage;  // each damage found; called by one thread at a time
  TransferProgress* progress = nullptr;
};

struct AuditReport {
  uint64_t segments = 0;
  uint64_t bytes_read = 0;  // of the store's files
  uint64_t bytes_raw = 0;   // digested
  uint64_t blocks = 0;
  uint64_t commits = 0;
  uint64_t damages = 0;
  uint64_t bytes_unacknowledged = 0;  // beyond the watermark: a put under way, or cut off
  uint64_t nanoseconds = 0;
  std::vector<DamagedRange> damaged;  // records that Store::quarantine is to know, so that a put heals them
};

// Reads and checks every byte of the store below its watermark, then that every commit's tree is complete.
Result<AuditReport> audit_store(Store& store, const AuditOptions& options);
// Reads and checks every block that `cid` needs.
Result<AuditReport> audit_object(Store& store, const Cid& cid, const AuditOptions& options);

}  // namespace penstock
