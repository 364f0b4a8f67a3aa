// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "memory/slab.h"

namespace penstock {

// A slab of ours that DPDK's devices may read and write: registered with EAL as memory from outside. Ends
// after all devices that it was mapped for. Any thread.
class EalMemory {
 public:
  // failed: no memory, or EAL takes no more of it.
  static Result<EalMemory> map(size_t bytes);
  EalMemory(EalMemory&& other) noexcept;
  EalMemory& operator=(EalMemory&&) = delete;
  ~EalMemory();

  MutableBytes bytes() const { return slab_.bytes(); }

 private:
  explicit EalMemory(Slab slab) : slab_(std::move(slab)), registered_(true) {}

  Slab slab_;
  bool registered_;
};

}  // namespace penstock
