// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/buffer_pool.h"
#include "offload/job.h"
#include "pipeline/batch.h"

namespace penstock {

// Chunks of uploads, of one or of many, on their way from a worker to a lane. The worker fills it, a lane
// takes its contents and leaves it the memory of another.
struct ArrivalBatch {
  Buffer input;  // none while there are no chunks
  size_t bytes = 0;
  std::vector<ChunkRef> chunks;
  uint64_t tree_work = 0;  // bytes: what building its trees takes is about that of digesting so many
  BatchOutline outline;
  bool ends_uploads = false;  // somebody waits for it to be committed
  std::chrono::steady_clock::time_point waited_for_since{};

  bool empty() const { return outline.events.empty(); }
  void clear() {
    input = Buffer();
    bytes = 0;
    chunks.clear();
    tree_work = 0;
    outline.clear();
    ends_uploads = false;
  }
};

}  // namespace penstock
