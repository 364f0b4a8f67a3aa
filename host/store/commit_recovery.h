// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "dag/commit.h"
#include "store/block_catalog.h"
#include "store/commit_log.h"
#include "store/store_site.h"

namespace penstock {

// A segment that is longer than its watermark.
struct UnacknowledgedTail {
  uint32_t segment = 0;
  uint32_t watermark = 0;
  uint64_t size = 0;
};

// Recovers commits that were written whole but not acknowledged (format.md). A writer's, at open, one thread.
class CommitRecovery {
 public:
  CommitRecovery(const StoreSite& site, BlockCatalog& catalog, CommitLog& log)
      : site_(&site), catalog_(&catalog), log_(&log) {}

  // Logs the commits that are whole in `tails`. When it returns, the catalog's watermarks are the log's.
  Status run(std::span<const UnacknowledgedTail> tails);

 private:
  struct Candidate {
    Cid cid;
    Commit commit;
  };

  Status find_candidates(const UnacknowledgedTail& tail);
  Status add_candidates(const class StoredRecord& record, Bytes raw);
  Result<Watermark> learn(const UnacknowledgedTail& tail);
  Result<std::vector<Candidate>> complete_ones();
  Status make_durable(uint32_t segment, uint32_t from, uint32_t to);

  const StoreSite* site_;
  BlockCatalog* catalog_;
  CommitLog* log_;
  std::vector<Candidate> candidates_;
};

}  // namespace penstock
