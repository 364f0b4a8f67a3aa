// SPDX-License-Identifier: Apache-2.0
#include "chunking/fixed_cutter.h"

#include "base/check.h"

namespace penstock {

size_t FixedCutter::scan(Bytes window, std::vector<Piece>& pieces) const {
  const size_t cells = window.size() / cell_bytes_;
  pieces.insert(pieces.end(), cells, {Piece::Kind::data, cell_bytes_});
  return cells * cell_bytes_;
}

size_t FixedCutter::scan_to_hole(Bytes window, uint64_t zeros, std::vector<Piece>& pieces) const {
  const size_t taken = scan(window, pieces);
  PENSTOCK_CHECK(taken == window.size() && zeros % cell_bytes_ == 0);
  pieces.push_back({Piece::Kind::zero_run, zeros});
  return taken;
}

size_t FixedCutter::scan_to_end(Bytes window, std::vector<Piece>& pieces) const {
  const size_t taken = scan(window, pieces);
  if (taken < window.size()) pieces.push_back({Piece::Kind::data, window.size() - taken});
  return window.size();
}

}  // namespace penstock
