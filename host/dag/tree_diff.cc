// SPDX-License-Identifier: Apache-2.0
#include "dag/tree_diff.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dag/commit.h"
#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

Result<Cid> content_root(BlockSource& source, const Cid& cid) {
  if (cid.codec != Multicodec::dag_cbor) return cid;
  PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(source, cid));
  return commit.root;
}

// Compares two trees; `path_` is where it stands. Directories that are being compared wait on a stack of its
// own: trees may be nested deeper than a thread's stack bears.
class Comparison {
 public:
  Comparison(BlockSource& before, BlockSource& after, const DifferenceSink& sink, const DiffLimits& limits)
      : before_(&before), after_(&after), sink_(&sink), limits_(limits) {}

  Status run(const Cid& before, const Cid& after) {
    PENSTOCK_TRY(compare(before, after, 0));
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.old_entry < level.before.size() || level.new_entry < level.after.size()) {
        PENSTOCK_TRY(step(level));
      } else {
        leave();
      }
    }
    return {};
  }

 private:
  using Entries = std::vector<DirectoryEntry>;
  using Pair = std::pair<Cid, Cid>;
  struct PairHash {
    size_t operator()(const Pair& pair) const {
      return CidHash()(pair.first) * 31 + CidHash()(pair.second);  // not symmetric
    }
  };
  // Directories of unequal CIDs may have the same content: one sharded, the other plain.
  enum class Outcome : uint8_t { differ, same_content };

  // Two directories that are being compared, and how far that is.
  struct Level {
    Pair pair;
    Entries before;
    Entries after;
    size_t old_entry = 0;
    size_t new_entry = 0;
    size_t parent_path_bytes = 0;  // of `path_`, to go back to
    uint64_t told_before = 0;
    bool repeated = false;
  };

  // Tells how two objects at `path_` differ, or makes them a level if both are directories.
  // `parent_path_bytes` of `path_` stay when it is done.
  Status compare(const Cid& before, const Cid& after, size_t parent_path_bytes) {
    if (before != after) {
      PENSTOCK_TRY_ASSIGN(const DiffSide old_side, side(*before_, before));
      PENSTOCK_TRY_ASSIGN(const DiffSide new_side, side(*after_, after));
      if (old_side.kind == ObjectKind::directory && new_side.kind == ObjectKind::directory)
        return descend({before, after}, parent_path_bytes);
      PENSTOCK_TRY(tell({path_, old_side, new_side}));
    }
    path_.resize(parent_path_bytes);
    return {};
  }

  Status descend(const Pair& pair, size_t parent_path_bytes) {
    if (levels_.size() >= kDirectoryDepthMax)
      return fail(Errc::corrupt, "'" + printable(path_) + "'",
                  "directories are nested deeper than 1,024 levels", kMalformedRemedy);
    const auto known = compared_.find(pair);
    if (known != compared_.end() && known->second == Outcome::same_content) {
      path_.resize(parent_path_bytes);
      return {};
    }
    Level level;
    level.pair = pair;
    level.parent_path_bytes = parent_path_bytes;
    level.told_before = told_;
    PENSTOCK_TRY_ASSIGN(level.before, DirectoryReader(*before_).list(pair.first));
    PENSTOCK_TRY_ASSIGN(level.after, DirectoryReader(*after_).list(pair.second));
    level.repeated = known != compared_.end() || compared_.size() >= limits_.pairs_remembered;
    if (level.repeated) {
      PENSTOCK_TRY(spend(level.before.size() + level.after.size()));
    } else {
      compared_.emplace(pair, Outcome::differ);
    }
    levels_.push_back(std::move(level));
    return {};
  }

  void leave() {
    const Level& level = levels_.back();
    if (!level.repeated && told_ == level.told_before) compared_[level.pair] = Outcome::same_content;
    path_.resize(level.parent_path_bytes);
    levels_.pop_back();
  }

  // Goes on to the next name of either directory. Whatever it makes a level leaves `level` dangling.
  Status step(Level& level) {
    const auto old_entry = level.before.cbegin() + static_cast<ptrdiff_t>(level.old_entry);
    const auto new_entry = level.after.cbegin() + static_cast<ptrdiff_t>(level.new_entry);
    const bool has_old = old_entry != level.before.cend();
    const bool has_new = new_entry != level.after.cend();
    const bool only_old = !has_new || (has_old && old_entry->name < new_entry->name);
    const bool only_new = !has_old || (has_new && new_entry->name < old_entry->name);
    const size_t path_bytes = enter(only_new ? new_entry->name : old_entry->name);
    if (!only_new) ++level.old_entry;
    if (!only_old) ++level.new_entry;
    if (!only_old && !only_new) {
      const Pair pair{old_entry->cid, new_entry->cid};
      return compare(pair.first, pair.second, path_bytes);
    }
    Difference difference{path_, std::nullopt, std::nullopt};
    if (only_old) {
      PENSTOCK_TRY_ASSIGN(difference.before, side(*before_, old_entry->cid));
    } else {
      PENSTOCK_TRY_ASSIGN(difference.after, side(*after_, new_entry->cid));
    }
    PENSTOCK_TRY(tell(difference));
    path_.resize(path_bytes);
    return {};
  }

  Status tell(const Difference& difference) {
    ++told_;
    return (*sink_)(difference);
  }

  // Charges a comparison that a small tree can demand without end.
  Status spend(uint64_t entries) {
    entries = std::max<uint64_t>(entries, 1);
    if (entries > limits_.entries_repeated) {
      return fail(Errc::failed, "'" + printable(path_) + "'",
                  "the same directories differ in too many places to tell them all",
                  "compare a part: put a /PATH behind both objects");
    }
    limits_.entries_repeated -= entries;
    return {};
  }

  static Result<DiffSide> side(BlockSource& source, const Cid& cid) {
    if (cid.codec == Multicodec::raw) return DiffSide{cid, ObjectKind::file};
    PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(source, cid));
    return DiffSide{cid, info.kind};
  }

  // Goes to an entry; returns the length of the path to come back to.
  size_t enter(const std::string& name) {
    const size_t bytes = path_.size();
    if (bytes > 0) path_ += '/';
    path_ += name;
    return bytes;
  }

  BlockSource* before_;
  BlockSource* after_;
  const DifferenceSink* sink_;
  DiffLimits limits_;  // what is left of them
  std::unordered_map<Pair, Outcome, PairHash> compared_;
  std::vector<Level> levels_;
  uint64_t told_ = 0;
  std::string path_;
};

}  // namespace

Status diff_trees(BlockSource& source, const Cid& before, const Cid& after, const DifferenceSink& sink,
                  const DiffLimits& limits) {
  PENSTOCK_TRY_ASSIGN(const Cid old_root, content_root(source, before));
  PENSTOCK_TRY_ASSIGN(const Cid new_root, content_root(source, after));
  ObjectSource old_blocks(source, before);
  ObjectSource new_blocks(source, after);
  return Comparison(old_blocks, new_blocks, sink, limits).run(old_root, new_root);
}

}  // namespace penstock
