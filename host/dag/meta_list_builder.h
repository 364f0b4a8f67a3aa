// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/meta_entry.h"
#include "dag/scan_item.h"
#include "dag/sharded_list_builder.h"

namespace penstock {

// A finished directory: its meta list, and the scan list beside it.
struct MetaListLinks {
  Cid list;
  Cid scan;
  uint64_t entries = 0;
};

// Builds the meta list of one directory, and in step the scan list that mirrors it. Memory: as
// ShardedListBuilder. One thread.
class MetaListBuilder {
 public:
  explicit MetaListBuilder(BlockSink& sink, const ListLimits& limits = {}) : shards_(sink, true, limits) {}

  // In ascending byte order of names. usage error: meta_entry_fault, a name that is not behind the last
  // one's, or a directory whose item has no list.
  Status add(const MetaEntry& entry, const ScanItem& item);
  // Of no entries the empty list. Starts the next directory.
  Result<MetaListLinks> finish();

 private:
  ShardedListBuilder shards_;
  std::string last_name_;       // none has been added: empty, which no name is
  std::vector<uint8_t> entry_;  // being encoded
  std::vector<uint8_t> item_;
};

}  // namespace penstock
