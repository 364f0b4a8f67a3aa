// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch.h"

#include <cstring>

#include "base/check.h"

namespace penstock {

uint64_t Batch::close_gaps(uint32_t alignment) {
  PENSTOCK_CHECK(alignment > 0);
  if (chunks.empty()) return 0;
  uint8_t* const base = input.bytes().data();
  const uint32_t first = begin + chunks.front().offset;
  const uint32_t new_begin = first - first % alignment;
  uint64_t moved = 0;
  uint32_t end = new_begin;
  for (ChunkRef& chunk : chunks) {
    const uint32_t from = begin + chunk.offset;
    if (from != end) {
      std::memmove(base + end, base + from, chunk.length);
      moved += chunk.length;
    }
    chunk.offset = end - new_begin;
    end += chunk.length;
  }
  begin = new_begin;
  bytes = end - new_begin;
  return moved;
}

}  // namespace penstock
