// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "chunking/chunker_spec.h"

namespace penstock {

// Finds where gear ends the open chunk of a data region (docs/chunker.md, 2). Looks at each byte once,
// however small the steps in which the chunk grows, and not at all at those too far before MIN to matter. One
// thread.
class GearScanner {
 public:
  explicit GearScanner(const ChunkerSpec& spec);

  // `chunk` is what is known of the region from the chunk's start on, the same bytes as in the last call and
  // any number of new ones behind. Returns the chunk's length, and the next call begins the chunk behind it;
  // 0 if it does not end in there.
  size_t cut(Bytes chunk);

  // The next call begins a new chunk.
  void restart() { scanned_ = 0; }

 private:
  uint32_t min_;
  uint32_t avg_;
  uint32_t max_;
  uint32_t strict_limit_;  // up to AVG, a cut falls where g is below
  uint32_t loose_limit_;   // from AVG on
  size_t scanned_ = 0;     // bytes of the chunk that g_ has taken in or that cannot matter
  uint32_t g_ = 0;
};

}  // namespace penstock
