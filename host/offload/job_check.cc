// SPDX-License-Identifier: Apache-2.0
#include "offload/job_check.h"

#include "base/limits.h"

namespace penstock {

bool chunks_well_formed(const Job& job) {
  if (job.chunks.size() > kFrameChunksMax) return false;
  uint64_t end = 0;
  for (const ChunkRef& chunk : job.chunks) {
    if (chunk.offset < end) return false;
    if (wants_encoding(job.operation) && chunk.offset != end) return false;
    end = uint64_t{chunk.offset} + chunk.length;
  }
  return end <= job.input.size();
}

}  // namespace penstock
