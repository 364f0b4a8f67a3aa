// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "dag/meta_entry.h"
#include "dag/tree_cursor.h"
#include "ingest/path_pattern.h"

namespace penstock {

// What of a tree is restored, by paths from its top ("a/b"), and which of a file's several names is the one
// that the others are linked to. One thread. Memory: the paths of files whose first name is not restored, and
// of what is left out by path.
class RestoreSelection {
 public:
  // Without patterns to include everything is. `within`: where the tree's top lies in the put ("top/a";
  // empty: it is all of it), for hard links say the whole path of the first name.
  RestoreSelection(PathPatterns include, PathPatterns exclude, std::string within);

  bool takes(std::string_view path) const;
  // Whether no pattern leaves anything out.
  bool takes_all() const { return include_.empty() && exclude_.empty(); }
  // Whether something below the directory `path` could be taken, where it is not itself.
  bool may_take_below(std::string_view path) const;

  // From now on neither `path` nor anything below it is taken, whatever patterns say.
  void leave_out(std::string path) { left_out_.insert(std::move(path)); }
  // Whether something in the directory `tree` at `path` is taken, or may be, where `entries_max` entries do
  // not tell. Damaged parts have nothing. failed: it cannot be read.
  Result<bool> takes_any_below(BlockSource& source, const TreeDirectory& tree, const std::string& path,
                               uint64_t entries_max = 1'000'000) const;
  // Of patterns to include that nothing has met, which are a mistake: no empty directory is made of them.
  static Failure nothing_taken();

  // What the commit has not, and is to stay all the same, with all below it.
  void spare(std::function<bool(std::string_view path)> spares) { spares_ = std::move(spares); }
  // Whether what stands at `path`, and the commit has not, may be removed, or something below it.
  bool removes(std::string_view path) const { return takes(path) && !(spares_ && spares_(path)); }
  bool may_remove_below(std::string_view path) const {
    return may_take_below(path) && !(spares_ && spares_(path));
  }

  // The path of the entry that the one at `path` is to be a hard link to; nothing where it is made itself: it
  // is no link, or the first of the names that are taken. A path's answer is the same each time.
  std::optional<std::string> link_source(const MetaEntry& entry, const std::string& path);

 private:
  Result<bool> search(BlockSource& source, const TreeDirectory& tree, const std::string& path, size_t depth,
                      uint64_t& entries_left) const;
  bool is_left_out(std::string_view path) const;

  PathPatterns include_;
  PathPatterns exclude_;
  std::string within_;
  std::function<bool(std::string_view path)> spares_;
  std::set<std::string, std::less<>> left_out_;
  std::map<std::string, std::string, std::less<>>
      stand_ins_;  // first names that are not taken → those that are
};

}  // namespace penstock
