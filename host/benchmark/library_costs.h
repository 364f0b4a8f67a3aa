// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "benchmark/cost.h"

namespace penstock {

// What the libraries alone take of one core for the work that a put cannot leave out: each its own bytes.
struct LibraryCosts {
  Cost digest;  // of all chunks: all bytes but zero runs
  Cost encode;  // of the unique bytes
  Cost decode;  // of the unique bytes, for verification; what did not shrink is not decoded

  double seconds() const { return digest.seconds() + encode.seconds() + decode.seconds(); }

  // The speed that `cores` reach at perfect balance on `content_bytes`, where reading, cutting and writing
  // cost nothing. Bytes a second.
  double bound(uint64_t content_bytes, unsigned cores) const {
    return seconds() > 0 ? cores * static_cast<double>(content_bytes) / seconds() : 0;
  }
};

}  // namespace penstock
