// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <unordered_set>
#include <vector>

#include "dag/block_io.h"
#include "dag/commit.h"

namespace penstock {

// Finds out whether everything that a commit needs is in the store, by following every link from its root and
// its metadata. Leaves are looked up, not read; other blocks are read. Remembers each node that it has seen
// (40 bytes), so that shared subtrees, zero runs of any size among them, are walked once. One thread.
class CommitClosure {
 public:
  using Has = std::function<Result<bool>(const Digest&)>;

  CommitClosure(BlockSource& source, Has has) : source_(&source), has_(std::move(has)) {}

  // False: a block is missing, damaged or malformed. failed: the store cannot be read.
  Result<bool> complete(const Commit& commit);

 private:
  Result<bool> visit(const Cid& cid);

  BlockSource* source_;
  Has has_;
  std::unordered_set<Digest, DigestHash> seen_;
  std::vector<Cid> waiting_;
};

}  // namespace penstock
