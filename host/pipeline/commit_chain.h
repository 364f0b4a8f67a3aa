// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <unordered_map>

#include "base/digest.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/commit.h"
#include "store/store.h"

namespace penstock {

// The end of a store's history, where the next commits go. The history of a store is one line, so that
// commits.log alone says what a commit at some depth holds of it: a damaged commit block, which no put can
// bring back, must not keep the store from taking new ones. One thread; whoever else commits to the store
// ends it.
class CommitChain {
 public:
  explicit CommitChain(Store& store);

  // Gives `commit` its place behind the last one that was made here or, first, behind the store's head, and
  // its block to `sink`. It is not durable yet.
  Result<Cid> append(Commit commit, BlockSink& sink);
  // What was made until now is durable: it may be read again, and need not be kept.
  void settle();

 private:
  // What stands in a commit of its place alone.
  static Commit place_of(const Commit& commit);
  Result<Commit> look_up(const Cid& cid);
  Result<Commit> read(const Cid& cid) const;
  Cid at_depth(uint64_t depth) const;

  Store* store_;
  std::unique_ptr<BlockSource> reader_;
  Cid head_;
  std::unordered_map<Digest, Commit, DigestHash> places_;  // of commits that were met: jumps meet few
};

}  // namespace penstock
