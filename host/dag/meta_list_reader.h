// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/meta_entry.h"
#include "dag/scan_item.h"
#include "dag/sharded_list_reader.h"

namespace penstock {

// Walks a meta list in order of names, and the scan list beside it where there is one. Believes nothing, as
// ShardedListReader. That a hard link's path comes before the entry in the walk is left to whoever knows the
// entry's. One thread; `source` outlives it and may be used by others between calls.
class MetaListReader {
 public:
  MetaListReader(BlockSource& source, const Cid& list, std::optional<Cid> scan = std::nullopt);

  // The next entry, or nothing at the end. corrupt: a block is missing or malformed.
  Result<std::optional<MetaEntry>> next();
  // Of the entry that next() gave last; without a mark where there is no scan.
  const ScanItem& item() const { return item_; }
  // Whether part of the scan list is missing or malformed: entries there have no marks.
  bool scan_lost() const { return shards_.mirror_lost(); }
  // Goes on with the first entry whose name is not before `name`, which is not before the last one's.
  Status seek(std::string_view name);

 private:
  Result<std::optional<MetaEntry>> take();

  ShardedListReader shards_;
  std::optional<MetaEntry> held_;  // of what seek() came to
  ScanItem held_item_;
  ScanItem taken_item_;
  ScanItem item_;
};

// One entry, reading no more than the way to it. absent: there is none of that name.
Result<MetaEntry> look_up_meta(BlockSource& source, const Cid& list, std::string_view name);

}  // namespace penstock
