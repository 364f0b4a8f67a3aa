// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "chunking/piece.h"

namespace penstock {

// The fixed half of Chunker: cells of a grid. Zero runs only where there are holes. No state: a window always
// begins at a cell's start. One thread.
class FixedCutter {
 public:
  explicit FixedCutter(uint32_t cell_bytes) : cell_bytes_(cell_bytes) {}

  // All return how many bytes at the front of the window have been taken.
  size_t scan(Bytes window, std::vector<Piece>& pieces) const;
  size_t scan_to_hole(Bytes window, uint64_t zeros, std::vector<Piece>& pieces) const;
  size_t scan_to_end(Bytes window, std::vector<Piece>& pieces) const;

  size_t retained_max() const { return cell_bytes_ - 1; }

 private:
  uint32_t cell_bytes_;
};

}  // namespace penstock
