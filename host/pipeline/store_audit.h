// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "dag/cid.h"
#include "pipeline/transfer_progress.h"
#include "store/store.h"
#include "store/store_findings.h"

namespace penstock {

struct AuditOptions {
  unsigned threads = 0;                      // 0: one a CPU
  std::function<void(const Error&)> damage;  // each damage found; called by one thread at a time
  std::function<void(const Error&)> unread;  // each part that could not be read, which is no damage; likewise
  std::function<void(const Error&)> note;    // what is worth knowing and no damage; likewise
  TransferProgress* progress = nullptr;
};

struct AuditReport {
  uint64_t segments = 0;
  uint64_t bytes_read = 0;  // of the store's files
  uint64_t bytes_raw = 0;   // digested
  uint64_t blocks = 0;
  uint64_t commits = 0;
  uint64_t damages = 0;
  uint64_t unread = 0;                // parts that could not be read
  uint64_t bytes_unacknowledged = 0;  // beyond the watermark: a put under way, or cut off
  uint64_t nanoseconds = 0;
  StoreFindings findings;  // for Store::settle, where the store checked is not a writer's
};

// Reads and checks every byte of the store below its watermark, then that every commit's tree is complete.
// A block that is damaged counts once, however many trees need it.
Result<AuditReport> audit_store(Store& store, const AuditOptions& options);
// Reads and checks every block that `cid` needs.
Result<AuditReport> audit_object(Store& store, const Cid& cid, const AuditOptions& options);

}  // namespace penstock
