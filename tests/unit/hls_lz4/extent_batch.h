// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hls/datapath/words.h"
#include "kernels/abi/penstock_abi.h"
#include "unit/hls_lz4/sample_extents.h"

namespace penstock {

// A batch of ENCODE, DIGEST_ENCODE or DECODE as a host would write it; tests then spoil it.
struct ExtentBatch {
  penstock_request_header header = {};
  std::vector<penstock_submission> submissions;
  std::vector<penstock_chunk> chunks;
  Bytes input;

  explicit ExtentBatch(penstock_operation operation);
  // One more submission; `chunk_bytes` of the extent a chunk, 0 for none.
  void add(const Bytes& extent, uint32_t output_bytes_max, uint32_t chunk_bytes = 0);
  // Fills in what the header says of the sections; the arena has room for all.
  void seal();
  // The request buffer.
  Bytes request() const;
};

struct ExtentAnswer {
  std::vector<penstock_completion> completions;
  Bytes memory;  // the answer buffer
  Bytes arena;

  Bytes output(size_t submission) const;
  std::vector<uint32_t> statuses() const;
};

// Launches a kernel on buffers with pages behind them that nobody may touch.
ExtentAnswer launch_encode(const ExtentBatch& batch);
ExtentAnswer launch_decode(const ExtentBatch& batch);
// The kernel of the batch's operation.
ExtentAnswer launch_batch(const ExtentBatch& batch);

}  // namespace penstock
