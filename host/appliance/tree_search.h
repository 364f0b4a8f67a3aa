// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "appliance/entry_wish.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/tree_cursor.h"

namespace penstock {

// Looks for entries in trees, one after the other. A directory without anything that was wanted is not walked
// again where another tree has the same one at the same path. One thread; what it is given outlives it.
class TreeSearch {
 public:
  // For directories remembered, with their paths; further ones are walked again.
  static constexpr size_t kRememberedBytesMax = size_t{256} << 20;

  struct Found {
    const TreeEntry& entry;
    EntryKind kind;
    const std::string& path;  // "a/b"; empty: the top, a file
  };
  using FoundSink = std::function<Status(const Found&)>;

  TreeSearch(BlockSource& source, const EntryWish& wish, FoundSink found, MetaDamageSink damage)
      : source_(&source), wish_(&wish), found_(std::move(found)), damage_(std::move(damage)) {}

  // Directories that cannot be read are told as damage and passed over. The top itself is not an entry where
  // it is a directory.
  Status search(const CommitTree& tree);

 private:
  static constexpr size_t kRememberedBytes = 80;  // of each, beside its key

  struct Level {
    TreeCursor cursor;
    size_t path_bytes = 0;  // of the directory's path
    uint64_t found_before = 0;
    std::string key;
  };

  Status visit(const TreeEntry& entry, BlockSource& blocks);
  // Not where that cannot be read, which is told as damage.
  Result<bool> meets(const TreeEntry& entry, EntryKind kind, const std::string& path, BlockSource& blocks);
  Status enter(const TreeEntry& entry, BlockSource& blocks);
  void leave();
  void tell_damage(const Error& error);

  BlockSource* source_;
  const EntryWish* wish_;
  FoundSink found_;
  MetaDamageSink damage_;
  std::vector<Level> levels_;
  std::string path_;
  uint64_t events_ = 0;  // finds and damages
  std::unordered_set<std::string> barren_;
  size_t barren_bytes_ = 0;
};

}  // namespace penstock
