// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"

namespace penstock {

// Where a path leads.
struct PathWalk {
  Cid target;
  std::vector<Cid> roots;    // the objects that the path goes through, the target last
  std::vector<Cid> blocks;   // what was read to find the target, shards of directories too, in that order
  size_t segments_left = 0;  // of a path that ends inside a block of dag-cbor, where no link is
};

// Goes from `root` along names of directories' entries, and along the fields and indices of dag-cbor (from a
// commit "root" leads to what was put). Symlinks are not followed. Each block that is read on the way is in
// `blocks` once. absent: an entry is not there; usage: not a directory; corrupt: damaged or malformed.
Result<PathWalk> walk_path(BlockSource& source, const Cid& root, std::span<const std::string> segments);

}  // namespace penstock
