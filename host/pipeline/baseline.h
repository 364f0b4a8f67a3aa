// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dag/dag_link.h"
#include "dag/meta_entry.h"
#include "dag/tree_cursor.h"
#include "ingest/file_status.h"
#include "pipeline/reuse_check.h"
#include "store/store.h"

namespace penstock {

// What an earlier commit has of a file that is what it was.
struct KnownFile {
  DagLink content;
  std::vector<Xattr> xattrs;
  std::vector<std::vector<uint8_t>> long_values;  // of the attributes that are blocks, in their order
};

// What an earlier commit says to a file that was met.
struct FileMatch {
  bool was_file = false;           // it has a file of that name
  bool unchanged = false;          // which is what it was
  std::optional<KnownFile> known;  // the same: it need not be read
};

// The tree of an earlier commit of this store, walked in step with a put: tells of each file whether it is
// what it was (docs/incremental.md). Never an error: where the commit cannot be read, the put reads files.
// Memory, a directory that is open: that of a TreeCursor; and in all the entries that are looked ahead at.
// One thread.
class Baseline {
 public:
  struct Options {
    bool reread = false;  // nothing counts as unchanged; it is compared all the same
    // Told, in words for a person, why files are read that would not have to be.
    std::function<void(const std::string&)> note;
    // Told what the commit alone has, with all below it: paths from the top-level name on, a directory's with
    // a slash at its end. May be empty.
    std::function<void(const std::string& path)> gone;
    size_t ahead_bytes_max = 4 << 20;  // of entries looked ahead at, in all directories; passed by one entry
  };

  // The store outlives it.
  Baseline(Store& store, const CommitTree& tree, Options options);
  Baseline(const Baseline&) = delete;
  Baseline& operator=(const Baseline&) = delete;

  // What the put meets: top-level entries, and those of each directory, ascending by name. What is passed
  // over is gone.
  void enter(const std::string& name);  // a directory; its entries come next
  void leave();
  FileMatch match_file(const std::string& name, const FileStatus& status);
  void pass_other(const std::string& name);       // neither file nor directory
  void pass_unreadable(const std::string& name);  // it is still there, whatever it is
  // The put has met everything.
  void finish();

  const Cid& commit() const { return commit_; }
  // Files of the commit that the put did not meet.
  uint64_t files_gone() const { return files_gone_; }
  // The most that entries looked ahead at came to.
  size_t ahead_bytes_most() const { return ahead_bytes_most_; }

 private:
  static constexpr size_t kAheadMax = 128;
  static constexpr size_t kLevelBytesMax = 262144;  // passed by one entry at the most

  struct Ahead {
    TreeEntry entry;
    bool whole = false;  // the store has what the file is made of
    size_t bytes = 0;
  };
  struct Level {
    std::optional<TreeCursor> cursor;  // none: its end was reached, or nothing is known
    std::vector<Ahead> ahead;
    size_t next = 0;
    size_t forgotten = 0;  // of those before `next`
  };

  Level open_level(const TreeDirectory& directory);
  Ahead* peek(Level& level);
  void look_ahead(Level& level);
  void forget_passed(Level& level);
  // The entry of that name; it and what stands before it are passed. Valid until the next call.
  Ahead* take(const std::string& name);
  std::optional<KnownFile> known_file(const TreeEntry& entry);
  void count_gone(const TreeEntry& entry);
  void count_gone_below(const Cid& list);
  void leave_rest(Level& level);
  void damaged(const Error& error);
  void lost_scan();
  void note(const std::string& text) const;

  Cid commit_;
  uint64_t commit_files_;
  Options options_;
  std::unique_ptr<StoreReader> reader_;
  ReuseCheck check_;
  std::vector<Level> levels_;
  std::string path_;  // of the innermost directory, with a slash at its end
  uint64_t files_gone_ = 0;
  uint64_t files_lost_ = 0;  // unchanged, but not whole in the store
  uint64_t faults_ = 0;
  bool scan_lost_ = false;
  size_t ahead_bytes_ = 0;
  size_t ahead_bytes_most_ = 0;
};

}  // namespace penstock
