// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/entry_filter.h"
#include "ingest/file_status.h"
#include "ingest/path_selection.h"
#include "ingest/top_level_path.h"

namespace penstock {

// Where a walk is, as what is chosen sees it: the absolute paths, and of each directory on the way whether
// all in it is looked at. Its calls follow the walk's. One thread.
class WalkChoice {
 public:
  // Neither: everything is taken.
  WalkChoice(EntryFilter* filter, const PathSelection* only) : filter_(filter), only_(only) {}

  // failed: where it is cannot be told, and patterns ask for that.
  Status begin(const TopLevelPath& top);
  // Whether an entry is taken, by its path alone and when it was looked at. `path` is the walk's.
  bool takes(const std::string& path);
  bool takes(const std::string& path, const FileStatus& status);
  // Whether it is taken for what was chosen below it alone.
  bool is_way(const std::string& path) const;
  // Of a way, how many paths were chosen below it.
  size_t count_below(const std::string& path) const { return only_->count_below(absolute(path)); }
  // Which names are looked at in a directory that is open; nothing where it is all of them.
  std::optional<std::vector<std::string>> names_in(const std::string& path, const FileStatus& status,
                                                   int directory_fd);
  // The walk has entered the directory that names_in() was asked of last, and left the current one.
  void enter();
  void leave() { levels_.pop_back(); }

 private:
  struct Level {
    bool whole = true;  // all names in it
    bool way = false;
    uint64_t device = 0;
  };

  std::string absolute(const std::string& path) const;
  bool is_chosen(const std::string& path) const;
  bool is_elsewhere(const std::string& path, const FileStatus& status) const;

  EntryFilter* filter_;
  const PathSelection* only_;
  size_t top_bytes_ = 0;
  std::string top_absolute_;
  std::vector<Level> levels_;
  Level next_;
};

}  // namespace penstock
