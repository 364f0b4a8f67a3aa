// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/tree_cursor.h"
#include "mount/node_table.h"
#include "mount/open_listings.h"

namespace penstock {

// Reads through whatever source the request at hand has.
class RequestSource final : public BlockSource {
 public:
  void use(BlockSource* source) { source_ = source; }
  Result<Bytes> read(const Cid& cid) override { return source_->read(cid); }

 private:
  BlockSource* source_ = nullptr;
};

// An open directory of a mount, for which there is room: its names as they were when it was opened, or a
// cursor in a tree, which does not change. Its entries are numbered from 0; they are asked for in order, and
// any number of times from the front. One request at a time.
struct MountDirectory {
  std::shared_ptr<const MountNode> node;
  std::vector<std::string> names;  // of a directory above the trees
  OpenListings::Room room;
  std::shared_ptr<const DirectoryEntries> listing;  // of the content, once it was read
  std::optional<TreeCursor> cursor;
  RequestSource source;              // the cursor's
  std::optional<Error> damage;       // why the cursor gave up its list, until that is told
  std::optional<TreeEntry> waiting;  // entry number `at`, where it was read
  uint64_t at = 0;
  std::mutex mutex;
};

}  // namespace penstock
