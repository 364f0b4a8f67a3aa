// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/directory_stack.h"
#include "ingest/entry_stream.h"
#include "ingest/top_level_path.h"
#include "ingest/walk_choice.h"

namespace penstock {

// Walks paths and what is below them. Never follows a symlink below the top level, never opens a FIFO or
// device that it can tell before, and says of every entry that it cannot give why; only what would hit every
// other entry too (no descriptors, no memory) is an error of the stream. An entry's file is open from when it
// is given until its source goes. A directory's listing is one moment's; its entries are looked at when their
// turn comes. With metadata each is looked at by name, and files are left to be opened.
class TreeEntryStream final : public EntryStream {
 public:
  explicit TreeEntryStream(std::vector<TopLevelPath> tops, const EntryOptions& options = {})
      : tops_(std::move(tops)),
        metadata_(options.metadata),
        settle_(options.settle == nullptr ? &system_settle_rule() : options.settle),
        choice_(options.filter, options.only) {}

  Result<std::optional<Entry>> next() override;

 private:
  // The next thing, or nothing where it was left out; `at_end` says that there is none.
  Result<std::optional<Entry>> step(bool& at_end);
  Result<std::optional<Entry>> step_top();

  // Each turns `entry`, whose name and path are set, into what is there; its last argument is where to look
  // for it.
  Result<Entry> visit(Entry entry, int directory_fd, const char* name, bool follow);
  Result<Entry> visit_listed(Entry entry, int directory_fd, unsigned type);
  Result<Entry> visit_file(Entry entry, int directory_fd, const char* name, int flags);
  Result<Entry> visit_directory(Entry entry, int directory_fd, const char* name, int flags);
  Result<Entry> visit_symlink(Entry entry, int directory_fd, const char* name);

  // With metadata: looks at it, and then one of these. Nothing: it is left out.
  Result<std::optional<Entry>> meet(Entry entry, int directory_fd, const char* name, bool follow);
  Result<Entry> meet_directory(Entry entry, int directory_fd, const char* name, bool follow);
  Result<Entry> meet_other(Entry entry, int directory_fd, const char* name);
  // What is there cannot be looked at; of a way, neither can all that was chosen below it.
  Result<Entry> out_of_reach(Entry entry, int error_number);
  OwnedFd open_met_directory(const std::string& path, int directory_fd, const char* name, bool follow,
                             bool& searched_only) const;
  uint64_t fs_magic(uint64_t device, int directory_fd, const char* name, bool follow);

  std::vector<TopLevelPath> tops_;
  bool metadata_;
  const SettleRule* settle_;
  WalkChoice choice_;
  std::map<uint64_t, uint64_t> magic_by_device_;
  size_t next_top_ = 0;
  DirectoryStack directories_;
};

}  // namespace penstock
