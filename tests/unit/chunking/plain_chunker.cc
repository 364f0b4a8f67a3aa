// SPDX-License-Identifier: Apache-2.0
#include "unit/chunking/plain_chunker.h"

#include <bit>

#include "chunking/gear_table.h"

namespace penstock::test {
namespace {

void cut_region(const ChunkerSpec& spec, Bytes region, std::vector<Piece>& pieces) {
  const int a = std::countr_zero(spec.avg);
  uint32_t g = 0;
  size_t c = 0;
  for (size_t i = 0; i < region.size(); ++i) {
    g = 2 * g + kGearTable[region[i]];
    const size_t length = i - c + 1;
    bool ends = i + 1 == region.size() || length == spec.max;
    if (!ends && length >= spec.min) ends = std::countl_zero(g) >= (length < spec.avg ? a + 2 : a - 2);
    if (!ends) continue;
    pieces.push_back({Piece::Kind::data, length});
    c = i + 1;
  }
}

}  // namespace

std::vector<Piece> cut_plainly(const ChunkerSpec& spec, Bytes stream) {
  std::vector<Piece> pieces;
  size_t region = 0;
  for (size_t at = 0; at < stream.size();) {
    size_t end = at;
    while (end < stream.size() && stream[end] == 0) ++end;
    if (end - at >= spec.min) {
      cut_region(spec, stream.subspan(region, at - region), pieces);
      pieces.push_back({Piece::Kind::zero_run, end - at});
      region = end;
    }
    at = end + 1;
  }
  cut_region(spec, stream.subspan(region), pieces);
  return pieces;
}

}  // namespace penstock::test
