// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "dag/object_info.h"
#include "dag/tree_cursor.h"
#include "pipeline/restore_selection.h"
#include "pipeline/restored_file_check.h"
#include "pipeline/restored_metadata.h"
#include "pipeline/task_queue.h"
#include "store/store.h"

namespace penstock {

struct RestoredCheckOptions {
  unsigned threads = 1;  // that read files
  bool specials = true;  // FIFOs, sockets and devices are wanted
  // Told of each entry that is not as the commit has it. Called by one thread at a time.
  std::function<void(const std::string& path, const Error&)> differs;
};

// Reads back what was restored and compares it with the commit: kinds, contents, targets of symlinks, which
// names are one file, metadata. The walk is the caller's thread; files are read by others.
class RestoredCheck {
 public:
  // `tree` reads the tree.
  RestoredCheck(Store& store, BlockSource& tree, RestoreSelection& selection,
                const RestoredMetadata& metadata, const RefusalTally& refused,
                const RestoredCheckOptions& options);
  ~RestoredCheck();

  // `name` in `directory` against `entry`, and all below it.
  Status check(int directory, const std::string& name, const TreeEntry& entry);

  uint64_t entries_checked() const { return entries_checked_; }
  uint64_t differences() const { return differences_; }
  // Entries that differ in nothing but what the restore was not allowed to set.
  uint64_t not_restorable() const { return not_restorable_; }

 private:
  using Files = std::vector<RestoredFileEntry>;
  struct Place {
    int directory;
    const std::string& name;
    const std::string& path;
  };

  Status check_directory(int directory, const std::string& path, const TreeDirectory& tree, size_t depth);
  Status check_entry(const Place& place, TreeEntry entry, size_t depth);
  Status check_file(const Place& place, TreeEntry entry);
  Status check_other(const Place& place, const TreeEntry& entry, const ObjectInfo& info);
  Status check_subdirectory(const Place& place, const TreeEntry& entry, bool taken, size_t depth);
  std::optional<bool> is_linked(const Place& place, const MetaEntry& meta);
  Status tell(const std::string& path, const RestoredDifference& difference);
  Status flush();
  Status stop(const Error& error);
  void run(BlockSource& source);

  BlockSource* tree_;
  RestoreSelection* selection_;
  const RestoredMetadata* metadata_;
  const RefusalTally* refused_;
  const RestoredCheckOptions* options_;
  RestoredFileCheck here_;  // the walk's own
  int root_ = -1;           // files' paths begin here
  Files files_;
  TaskQueue<Files> queue_;
  std::vector<std::unique_ptr<BlockSource>> readers_;
  std::vector<std::jthread> workers_;
  std::atomic<uint64_t> entries_checked_{0};
  std::atomic<uint64_t> differences_{0};
  std::atomic<uint64_t> not_restorable_{0};

  std::mutex mutex_;  // guards failure_ and calls of options_->differs
  std::optional<Error> failure_;
};

}  // namespace penstock
