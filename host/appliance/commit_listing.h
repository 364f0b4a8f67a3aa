// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_set>

#include "appliance/commit_filter.h"
#include "appliance/console.h"
#include "appliance/json_text.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/commit.h"

namespace penstock {

// Commits as `log` and `heads` print them, one after the other. One whose block is missing or damaged is
// named on standard error and listed as its CID alone, and the exit code tells. One thread.
class CommitListing {
 public:
  CommitListing(BlockSource& source, bool json, Console& console)
      : json_(json), source_(&source), console_(&console), array_(console) {}

  // Nothing: it is damaged, which is told the first time. failed: the system refused.
  Result<std::optional<Commit>> read(const Cid& cid);
  // Whether `wish` is met; no where that cannot be told, which is named as damage. failed: the system
  // refused.
  Result<bool> wanted(const Cid& cid, const Commit& commit, const CommitWish& wish);
  void add(const Cid& cid, const std::optional<Commit>& commit);
  // Ends the listing; returns the exit code.
  int finish();

 private:
  const bool json_;
  BlockSource* source_;
  Console* console_;
  JsonArray array_;
  std::unordered_set<Cid, CidHash> damaged_;
};

}  // namespace penstock
