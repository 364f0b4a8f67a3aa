// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/tree_cursor.h"
#include "ingest/entry_filter.h"

namespace penstock {

// What stands where a commit is restored to, and its put would not have taken, or could not: that the commit
// lacks it says nothing. Paths are from the top of what is restored. One thread. Memory: what the commit
// names as missing, its top-level names, and some 4,096 directories.
class UntakenEntries {
 public:
  // Is told of each, once, and why; not of what is below one. Beyond kRememberedMax perhaps more than once.
  using Told = std::function<void(const std::string& path, std::string_view why)>;

  // `path_in_tree` leads to what is restored as `target`; `tree` has metadata, and both outlive this. usage
  // error: it cannot be told what the put would have taken.
  static Result<std::unique_ptr<UntakenEntries>> of(BlockSource& source, const CommitTree& tree,
                                                    std::string path_in_tree, std::string target, Told told);

  static constexpr size_t kRememberedMax = 4096;

  // Of what no commit tells anything, or where that is not to count: nothing is such but stores.
  static std::unique_ptr<UntakenEntries> stores_in(std::string target, Told told);
  // Why a directory is such that looks like a store, whatever the commit says: nobody wants to lose one.
  static constexpr std::string_view kStore = "it looks like a store";

  // Whether `path`, which the commit lacks, is such.
  bool has(std::string_view path);
  uint64_t count() const { return count_; }
  uint64_t stores() const { return stores_; }  // of these, for kStore

 private:
  // What is known of a directory's entries.
  struct Directory {
    bool untaken = false;  // as the directory is
    bool marked = false;   // all of them; the marks too, by which that is known
    bool empty = false;    // another file system may have been mounted there
  };

  UntakenEntries(BlockSource* source, const CommitTree* tree, std::string path_in_tree, std::string target,
                 FilterRules rules, Told told);
  Status read_tops();
  Directory look_at(const std::string& directory);
  bool is_store(const std::string& path) const;
  bool is_marked(const std::string& directory) const;
  std::optional<bool> stands_in_commit(const std::string& path) const;
  bool is_empty_in_commit(const std::string& directory) const;
  std::string_view reason(const std::string& path);
  std::string_view reason_by_itself(const std::string& path);

  BlockSource* source_;
  const CommitTree* tree_;  // none: stores alone
  std::string path_in_tree_;
  std::string target_;
  std::string within_;  // as put_path says of the top
  EntryFilter filter_;
  Told told_;
  std::map<std::string, std::string, std::less<>> from_;  // absolute paths by top-level names
  std::set<std::string, std::less<>> missing_;            // paths from the top-level name on
  std::map<std::string, Directory, std::less<>> directories_;
  std::set<std::string, std::less<>> told_of_;
  uint64_t count_ = 0;
  uint64_t stores_ = 0;
};

}  // namespace penstock
