// SPDX-License-Identifier: Apache-2.0
#include "dag/tree_diff.h"

#include <algorithm>
#include <array>
#include <memory>
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

TreeEntry content_entry(const Cid& cid) {
  TreeEntry entry;
  entry.content = cid;
  return entry;
}

// Whether both sides have metadata and it differs, what is in a directory aside.
bool attributes_differ(const TreeEntry& before, const TreeEntry& after, bool content) {
  if (!before.meta || !after.meta) return false;
  const MetaEntry& a = *before.meta;
  const MetaEntry& b = *after.meta;
  // A directory's time moves with its entries, which are told.
  const bool time = a.mtime != b.mtime && !(content && kind_of_mode(b.mode) == EntryKind::directory);
  return time || a.mode != b.mode || a.uid != b.uid || a.gid != b.gid || a.hard_link != b.hard_link ||
         a.xattrs != b.xattrs;
}

// Whether what there is to read differs; of a device, which it is.
bool content_differs(const TreeEntry& before, const TreeEntry& after) {
  if (before.content != after.content) return true;
  if (before.content || !before.meta || !after.meta) return false;
  return kind_of_mode(before.meta->mode) != kind_of_mode(after.meta->mode) ||
         before.meta->device != after.meta->device;
}

// Walks a directory of either side in step with the other.
class Steps {
 public:
  // `misfit`: told what is no damage of the list.
  static Result<Steps> open(BlockSource& source, const TreeDirectory& directory, MetaDamageSink misfit) {
    auto damage = std::make_unique<std::optional<Error>>();
    const auto told = [&broken = *damage, misfit = std::move(misfit)](const Error& error) {
      if (is_join_fault(error)) return misfit(error);
      broken = error;
    };
    PENSTOCK_TRY_ASSIGN(TreeCursor cursor, TreeCursor::open(source, directory, told));
    Steps steps(std::move(cursor), std::move(damage));
    PENSTOCK_TRY(steps.advance());
    return steps;
  }

  // What comes next.
  const std::optional<TreeEntry>& entry() const { return entry_; }
  Status advance() {
    PENSTOCK_TRY_ASSIGN(entry_, cursor_.next());
    if (*damage_) return Failure(**damage_);
    return {};
  }

 private:
  Steps(TreeCursor cursor, std::unique_ptr<std::optional<Error>> damage)
      : damage_(std::move(damage)), cursor_(std::move(cursor)) {}

  std::unique_ptr<std::optional<Error>> damage_;  // of the list: what it has and content has not is unknown
  TreeCursor cursor_;
  std::optional<TreeEntry> entry_;
};

// Compares two trees; `path_` is where it stands. Directories that are being compared wait on a stack of its
// own: trees may be nested deeper than a thread's stack bears.
class Comparison {
 public:
  Comparison(BlockSource& before, BlockSource& after, const DifferenceSink& sink, const DiffLimits& limits,
             const MisfitSink& misfit)
      : before_(&before), after_(&after), sink_(&sink), misfit_(&misfit), limits_(limits) {}

  Status run(const TreeEntry& before, const TreeEntry& after) {
    PENSTOCK_TRY(compare(before, after, 0));
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.before.entry() || level.after.entry()) {
        PENSTOCK_TRY(step(level));
      } else {
        leave();
      }
    }
    return {};
  }

 private:
  // Content and list of either side.
  using Pair = std::array<std::optional<Cid>, 4>;
  struct PairHash {
    size_t operator()(const Pair& pair) const {
      size_t hash = 0;
      for (const auto& cid : pair) hash = hash * 31 + (cid ? CidHash()(*cid) : 0);  // not symmetric
      return hash;
    }
  };
  // Directories of unequal CIDs may have the same content: one sharded, the other plain.
  enum class Outcome : uint8_t { differ, same_content };

  // Two directories that are being compared, and how far that is.
  struct Level {
    Pair pair;
    Steps before;
    Steps after;
    size_t parent_path_bytes = 0;  // of `path_`, to go back to
    uint64_t told_before = 0;
    bool repeated = false;
  };

  // Tells how two objects at `path_` differ, and makes them a level if both are directories.
  // `parent_path_bytes` of `path_` stay when it is done.
  Status compare(const TreeEntry& before, const TreeEntry& after, size_t parent_path_bytes) {
    const bool content = content_differs(before, after);
    const bool attributes = attributes_differ(before, after, content);
    const bool lists = before.list && after.list && before.list != after.list;
    if (content || attributes || lists) {
      PENSTOCK_TRY_ASSIGN(const DiffSide old_side, side(*before_, before));
      PENSTOCK_TRY_ASSIGN(const DiffSide new_side, side(*after_, after));
      const bool directories = old_side.kind == EntryKind::directory && new_side.kind == EntryKind::directory;
      if (content && !directories) {
        PENSTOCK_TRY(tell({path_, old_side, new_side}));
      } else if (attributes) {
        PENSTOCK_TRY(tell({path_, old_side, new_side, true}));
      }
      if (directories && (content || lists)) return descend(before, after, parent_path_bytes);
    }
    path_.resize(parent_path_bytes);
    return {};
  }

  Status descend(const TreeEntry& before, const TreeEntry& after, size_t parent_path_bytes) {
    if (levels_.size() >= kDirectoryDepthMax)
      return fail(Errc::corrupt, "'" + printable(path_) + "'",
                  "directories are nested deeper than 1,024 levels", kMalformedRemedy);
    // What one side alone could know is no difference.
    const bool lists = before.list && after.list;
    const TreeDirectory old_directory{before.content, lists ? before.list : std::nullopt, std::nullopt};
    const TreeDirectory new_directory{after.content, lists ? after.list : std::nullopt, std::nullopt};
    const Pair pair{old_directory.content, old_directory.list, new_directory.content, new_directory.list};
    const auto known = compared_.find(pair);
    if (known != compared_.end() && known->second == Outcome::same_content) {
      path_.resize(parent_path_bytes);
      return {};
    }
    const bool repeated = known != compared_.end() || compared_.size() >= limits_.pairs_remembered;
    if (repeated) {
      PENSTOCK_TRY(spend());
    } else {
      compared_.emplace(pair, Outcome::differ);
    }
    // Of a pair that is met again it was told.
    const auto misfit = [sink = repeated ? nullptr : misfit_, path = path_](const Error& error) {
      if (sink != nullptr && *sink) (*sink)(path, error);
    };
    PENSTOCK_TRY_ASSIGN(Steps old_steps, Steps::open(*before_, old_directory, misfit));
    PENSTOCK_TRY_ASSIGN(Steps new_steps, Steps::open(*after_, new_directory, misfit));
    levels_.push_back({pair, std::move(old_steps), std::move(new_steps), parent_path_bytes, told_, repeated});
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
    if (level.repeated) {
      PENSTOCK_TRY(spend());
    }
    std::optional<TreeEntry> old_entry = level.before.entry();
    std::optional<TreeEntry> new_entry = level.after.entry();
    if (old_entry && new_entry && old_entry->name < new_entry->name) new_entry.reset();
    if (old_entry && new_entry && new_entry->name < old_entry->name) old_entry.reset();
    const size_t path_bytes = enter(old_entry ? old_entry->name : new_entry->name);
    if (old_entry) {
      PENSTOCK_TRY(level.before.advance());
    }
    if (new_entry) {
      PENSTOCK_TRY(level.after.advance());
    }
    if (old_entry && new_entry) return compare(*old_entry, *new_entry, path_bytes);
    Difference difference{path_, std::nullopt, std::nullopt};
    if (old_entry) {
      PENSTOCK_TRY_ASSIGN(difference.before, side(*before_, *old_entry));
    } else {
      PENSTOCK_TRY_ASSIGN(difference.after, side(*after_, *new_entry));
    }
    PENSTOCK_TRY(tell(difference));
    path_.resize(path_bytes);
    return {};
  }

  Status tell(const Difference& difference) {
    ++told_;
    return (*sink_)(difference);
  }

  // Charges an entry of a comparison that a small tree can demand without end.
  Status spend() {
    if (limits_.entries_repeated == 0) {
      return fail(Errc::failed, "'" + printable(path_) + "'",
                  "the same directories differ in too many places to tell them all",
                  "compare a part: put a /PATH behind both objects");
    }
    --limits_.entries_repeated;
    return {};
  }

  static Result<DiffSide> side(BlockSource& source, const TreeEntry& entry) {
    PENSTOCK_TRY_ASSIGN(const EntryKind kind, entry_kind(source, entry));
    return DiffSide{entry, kind};
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
  const MisfitSink* misfit_;
  DiffLimits limits_;  // what is left of them
  std::unordered_map<Pair, Outcome, PairHash> compared_;
  std::vector<Level> levels_;
  uint64_t told_ = 0;
  std::string path_;
};

}  // namespace

Status diff_entries(BlockSource& source, const TreeEntry& before, const TreeEntry& after,
                    const DifferenceSink& sink, const DiffLimits& limits, const MisfitSink& misfit) {
  // What has no content has no block of its own that could be absent.
  ObjectSource old_blocks(source, before.content.value_or(Cid()));
  ObjectSource new_blocks(source, after.content.value_or(Cid()));
  return Comparison(old_blocks, new_blocks, sink, limits, misfit).run(before, after);
}

Status diff_trees(BlockSource& source, const Cid& before, const Cid& after, const DifferenceSink& sink,
                  const DiffLimits& limits) {
  PENSTOCK_TRY_ASSIGN(const Cid old_root, content_root(source, before));
  PENSTOCK_TRY_ASSIGN(const Cid new_root, content_root(source, after));
  return diff_entries(source, content_entry(old_root), content_entry(new_root), sink, limits);
}

}  // namespace penstock
