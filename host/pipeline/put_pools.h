// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"
#include "memory/buffer_pool.h"
#include "offload/device.h"
#include "offload/stranded_buffers.h"
#include "pipeline/memory_plan.h"

namespace penstock {

// The buffers of what lanes do, registered with the devices. They end here, but where a device that was
// abandoned may still touch what is theirs.
struct PutPools {
  explicit PutPools(StrandedBuffers& stranded) : stranded_buffers(&stranded) {}
  ~PutPools();
  PutPools(const PutPools&) = delete;
  PutPools& operator=(const PutPools&) = delete;

  Status create(const MemoryPlan& plan, Device& device);

  StrandedBuffers* stranded_buffers;
  std::unique_ptr<BufferPool> inputs;
  std::unique_ptr<BufferPool> frames;
};

}  // namespace penstock
