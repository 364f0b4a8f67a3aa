// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dag/cid.h"

namespace penstock {

// A finished object, as its parent links to it.
struct DagLink {
  Cid cid;
  uint64_t content_bytes = 0;  // of the file; 0 for directories and symlinks
  uint64_t dag_bytes = 0;      // dag-pb's Tsize: this block and all below it, counted once a link
};

}  // namespace penstock
