// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "store/damaged_range.h"

namespace penstock {

// One damage that a check found.
struct StoreDamage {
  std::string file;  // whole path
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string what;
  std::vector<Digest> digests;        // the blocks concerned, as far as they are known
  std::optional<DamagedRange> range;  // of records, for Store::quarantine; nothing: no block is concerned
  bool healed = false;                // it was in quarantine, and all its blocks are stored again elsewhere

  // As the corrupt error of that file.
  Error error() const;
};

}  // namespace penstock
