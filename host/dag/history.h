// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "dag/cid.h"
#include "dag/commit.h"

namespace penstock {

// Gives the commit of a CID: read_commit on a source, or a map in a test.
using CommitLookup = std::function<Result<Commit>(const Cid&)>;

// Where a new commit stands: what it must copy into its fields.
struct CommitPlace {
  std::vector<Cid> parents;
  Cid jump;
  uint64_t depth = 0;
  uint64_t seq = 0;
};

// The place behind `head` (genesis_cid() for the first commit). `imported` are heads from elsewhere, in any
// order; those that find no room among the kParentsMax parents wait for the next commit.
Result<CommitPlace> place_behind(const Cid& head, std::span<const Cid> imported, const CommitLookup& lookup);

// The depth of the commit that a commit of `depth` > 0 jumps to: its skew-binary number less its least term.
uint64_t jump_depth(uint64_t depth);

// What find_ancestor came to, and in how many steps.
struct Ancestor {
  Cid cid;
  Commit commit;
  uint64_t steps = 0;
};

// The ancestor of `head` along first parents that has `depth`, in at most 3·log2(n) steps and one lookup a
// step (Myers, An applicative random-access stack, 1983). usage: deeper than head; corrupt: the chain lies
// about depths.
Result<Ancestor> find_ancestor(const Cid& head, uint64_t depth, const CommitLookup& lookup);

}  // namespace penstock
