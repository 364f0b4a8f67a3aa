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

// Compares two trees; `path_` is where it stands.
class Comparison {
 public:
  Comparison(BlockSource& before, BlockSource& after, const DifferenceSink& sink, const DiffLimits& limits)
      : before_(&before), after_(&after), sink_(&sink), limits_(limits) {}

  Status compare(const Cid& before, const Cid& after, size_t depth) {
    if (before == after) return {};
    PENSTOCK_TRY_ASSIGN(const DiffSide old_side, side(*before_, before));
    PENSTOCK_TRY_ASSIGN(const DiffSide new_side, side(*after_, after));
    if (old_side.kind != ObjectKind::directory || new_side.kind != ObjectKind::directory)
      return tell({path_, old_side, new_side});
    if (depth >= kDirectoryDepthMax)
      return fail(Errc::corrupt, "'" + printable(path_) + "'",
                  "directories are nested deeper than 1,024 levels", kMalformedRemedy);
    const Pair pair{before, after};
    const auto known = compared_.find(pair);
    if (known != compared_.end() && known->second == Outcome::same_content) return {};
    PENSTOCK_TRY_ASSIGN(const auto old_entries, DirectoryReader(*before_).list(before));
    PENSTOCK_TRY_ASSIGN(const auto new_entries, DirectoryReader(*after_).list(after));
    const bool repeated = known != compared_.end() || compared_.size() >= limits_.pairs_remembered;
    if (repeated) {
      PENSTOCK_TRY(spend(old_entries.size() + new_entries.size()));
    } else {
      compared_.emplace(pair, Outcome::differ);
    }
    const uint64_t told_before = told_;
    PENSTOCK_TRY(merge(old_entries, new_entries, depth));
    if (!repeated && told_ == told_before) compared_[pair] = Outcome::same_content;
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

  Status merge(const Entries& before, const Entries& after, size_t depth) {
    auto old_entry = before.begin();
    auto new_entry = after.begin();
    while (old_entry != before.end() || new_entry != after.end()) {
      const bool only_old =
          new_entry == after.end() || (old_entry != before.end() && old_entry->name < new_entry->name);
      const bool only_new =
          old_entry == before.end() || (new_entry != after.end() && new_entry->name < old_entry->name);
      const size_t path_bytes = enter(only_new ? new_entry->name : old_entry->name);
      if (only_old) {
        PENSTOCK_TRY_ASSIGN(const DiffSide gone, side(*before_, (old_entry++)->cid));
        PENSTOCK_TRY(tell({path_, gone, std::nullopt}));
      } else if (only_new) {
        PENSTOCK_TRY_ASSIGN(const DiffSide added, side(*after_, (new_entry++)->cid));
        PENSTOCK_TRY(tell({path_, std::nullopt, added}));
      } else {
        PENSTOCK_TRY(compare((old_entry++)->cid, (new_entry++)->cid, depth + 1));
      }
      path_.resize(path_bytes);
    }
    return {};
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
  return Comparison(old_blocks, new_blocks, sink, limits).compare(old_root, new_root, 0);
}

}  // namespace penstock
