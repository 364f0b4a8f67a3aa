// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/abi/penstock_abi.h"

namespace penstock {

// How large a queue pair's batches are, and with them its buffers.
struct BatchLimits {
  uint32_t submissions = 0;   // of one batch
  uint32_t chunks = 0;        // of one batch
  size_t extent_bytes = 0;    // of all its outputs, each rounded up to a word
  size_t copied_bytes = 0;    // of all its extents where they are copied, each rounded up to a word
  uint32_t batches = 0;       // that there are buffers for
  uint32_t batches_sent = 0;  // that are with a kernel before another one that is not full follows

  friend bool operator==(const BatchLimits&, const BatchLimits&) = default;

  size_t chunks_offset() const {
    return sizeof(penstock_request_header) + submissions * sizeof(penstock_submission);
  }
  size_t request_bytes() const { return chunks_offset() + chunks * sizeof(penstock_chunk); }
  size_t digests_offset() const { return submissions * sizeof(penstock_completion); }
  size_t answer_bytes() const { return digests_offset() + size_t{32} * chunks; }
  // Host's sides of all buffers of all batches.
  size_t host_bytes() const {
    return batches * (request_bytes() + copied_bytes + answer_bytes() + extent_bytes);
  }
};

// For a queue pair that accepts `depth` jobs: half of them fit into a batch whatever their size, up to 16
// MiB, so that one is filled while another is with the card. Of
// inputs that have to be copied, one.
BatchLimits batch_limits(uint32_t depth);

}  // namespace penstock
