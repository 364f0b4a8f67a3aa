// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "codec/codec.h"
#include "fault/reference_model.h"
#include "fault/seeded_random.h"
#include "memory/buffer_pool.h"
#include "store/store.h"
#include "verify/verifier.h"

namespace penstock {

// Encodes blocks as one frame, verifies it and appends it: what a pipeline does, without one. Owns the memory
// for it; one thread.
class FrameMaker {
 public:
  FrameMaker();

  // Stores those of `blocks` that `store` claims for us, in a codec of `random`'s choice.
  Status put(Store& store, std::span<const ReferenceBlock> blocks, SeededRandom& random);

 private:
  Status append(Store& store, std::span<const BlockEntry> entries, Bytes raw, SeededRandom& random);

  std::unique_ptr<BufferPool> pool_;
  Encoder encoder_;
  Verifier verifier_;
  std::vector<uint8_t> raw_;
  std::vector<uint8_t> payload_;
};

}  // namespace penstock
