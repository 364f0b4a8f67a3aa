// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/dag_link.h"
#include "dag/directory_entries.h"

namespace penstock {

// Builds one UnixFS directory: one node, or a HAMT where that node would pass 262,144 bytes (docs/tree.md).
// Memory: a DirectoryEntries, and 16 bytes an entry more while a HAMT is made.
class DirectoryBuilder {
 public:
  explicit DirectoryBuilder(BlockSink& sink) : sink_(&sink) {}

  // `name`: any bytes but '/' and NUL, not empty, "." or ".."; usage error otherwise.
  Status add(std::string_view name, const DagLink& link);
  // Order of add does not matter. usage error: a name came twice.
  Result<DagLink> finish();

 private:
  BlockSink* sink_;
  DirectoryEntries entries_;
};

// A UnixFS symlink to `target`.
Result<DagLink> put_symlink(BlockSink& sink, std::string_view target);

}  // namespace penstock
