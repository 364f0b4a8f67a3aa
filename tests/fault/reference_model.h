// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "dag/cid.h"
#include "dag/commit.h"
#include "store/store.h"

namespace penstock {

// A moment in a run: the length of the file system's log then.
using LogPosition = size_t;
inline constexpr LogPosition kNever = std::numeric_limits<LogPosition>::max();

struct ReferenceBlock {
  Cid cid;
  std::vector<uint8_t> bytes;
};

// A commit that was asked for. It may be listed from `begun` on, and must be from `acknowledged` on.
struct CommitAttempt {
  Cid cid;
  Commit commit;
  std::vector<Digest> covers;  // every block that it needs, its own and those that were there before
  LogPosition begun = 0;
  LogPosition acknowledged = kNever;
};

// Blocks that were made durable without a commit.
struct KeptBlocks {
  std::vector<Digest> blocks;
  LogPosition acknowledged = kNever;
};

// What a store must hold: a map, and the commits in the order in which they were asked for. Plain data.
struct ReferenceModel {
  std::unordered_map<Digest, ReferenceBlock, DigestHash> blocks;  // all that were ever made, stored or not
  std::vector<CommitAttempt> attempts;
  std::vector<KeptBlocks> kept;
  LogPosition created = kNever;  // when Store::init returned

  void add(const Cid& cid, Bytes bytes);
  const CommitAttempt* find(const Cid& commit) const;

  // The commits that an opened writer lists are durable from then on.
  void acknowledge_listed(const Store& store, LogPosition now);

  // As it stood at `position`, which becomes position 0.
  ReferenceModel at(LogPosition position) const;

  // What is wrong with what `store` holds at `now`; nothing if all is right: acknowledged commits are listed,
  // listed ones are whole and in order, no block has a wrong byte, acknowledged blocks
  // of no commit are there, and what was never made is not found.
  std::optional<std::string> mismatch(Store& store, LogPosition now) const;

 private:
  std::optional<std::string> history_mismatch(const Store& store, LogPosition now) const;
  std::optional<std::string> block_mismatch(Store& store, LogPosition now) const;
};

}  // namespace penstock
