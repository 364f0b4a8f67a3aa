// SPDX-License-Identifier: Apache-2.0
#include "pipeline/put_pools.h"

#include <utility>

#include "base/limits.h"

namespace penstock {

PutPools::~PutPools() {
  for (std::unique_ptr<BufferPool>* pool : {&inputs, &frames})
    if (*pool != nullptr) stranded_buffers->retire(std::move(*pool));
}

Status PutPools::create(const MemoryPlan& plan, Device& device) {
  PENSTOCK_TRY_ASSIGN(inputs, BufferPool::create("input", kFrameBytesMax, plan.input_buffers));
  PENSTOCK_TRY_ASSIGN(frames, BufferPool::create("frames", kFrameBytesMax, plan.frame_buffers));
  PENSTOCK_TRY(device.register_memory(inputs->slabs()));
  return device.register_memory(frames->slabs());
}

}  // namespace penstock
