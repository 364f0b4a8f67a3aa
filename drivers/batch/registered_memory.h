// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "drivers/batch/card_link.h"
#include "memory/slab.h"

namespace penstock {

// A slab that the card has a mirror of.
struct RegisteredSlab {
  Bytes host;
  std::shared_ptr<CardMemory> mirror;
};

// The slabs that a device was told of; a queue pair uses those of the moment when it was opened. Any thread.
class RegisteredMemory {
 public:
  // Memory that lies where memory lay that is gone takes its place. What the runtime cannot mirror is left
  // out: jobs there are copied.
  void add(CardLink& link, std::span<const Slab> slabs);
  size_t unreachable_bytes() const { return unreachable_bytes_; }

  std::vector<RegisteredSlab> acquire();
  // After the last one all are forgotten: nothing reads them any more, and they may be unmapped, though the
  // runtime may let go of their pages later.
  void release();

 private:
  std::atomic<size_t> unreachable_bytes_{0};
  std::mutex mutex_;
  std::vector<RegisteredSlab> slabs_;
  size_t users_ = 0;
};

}  // namespace penstock
