// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

// A piece of a stream, in order and without gaps; never empty.
struct Piece {
  enum class Kind : uint8_t { data, zero_run };

  Kind kind = Kind::data;
  uint64_t length =
      0;  // bytes; data: one leaf, at most 1 MiB. zero_run: a whole maximal run, any length (cdc), or
          // a whole number of grid cells (fixed; neighbouring zero_run pieces may follow each other).

  friend bool operator==(const Piece&, const Piece&) = default;
};

}  // namespace penstock
