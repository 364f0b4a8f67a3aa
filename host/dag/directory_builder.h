// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/dag_link.h"

namespace penstock {

// Builds one UnixFS directory: one node, or a HAMT where that node would pass 262,144 bytes (docs/tree.md).
class DirectoryBuilder {
 public:
  explicit DirectoryBuilder(BlockSink& sink) : sink_(&sink) {}

  // `name`: any bytes but '/' and NUL, not empty, "." or ".."; usage error otherwise.
  Status add(std::string name, const DagLink& link);
  // Order of add does not matter. usage error: a name came twice.
  Result<DagLink> finish();

 private:
  struct Entry {
    std::string name;
    DagLink link;
  };

  BlockSink* sink_;
  std::vector<Entry> entries_;
};

// A UnixFS symlink to `target`.
Result<DagLink> put_symlink(BlockSink& sink, std::string_view target);

}  // namespace penstock
