// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "memory/slab.h"

namespace penstock {

class BufferPool;

// A buffer on loan from a pool, which it returns to when destroyed. Move-only. One thread at a time uses it;
// a buffer handed to a device is the device's until the job comes back (offload/queue_pair.h).
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer();

  MutableBytes bytes() const { return bytes_; }
  size_t capacity() const { return bytes_.size(); }
  // One more of the same pool; empty if none is free, or if this one is.
  Buffer another() const;
  explicit operator bool() const { return pool_ != nullptr; }

 private:
  friend class BufferPool;
  Buffer(BufferPool* pool, uint32_t index, MutableBytes bytes) : pool_(pool), index_(index), bytes_(bytes) {}

  BufferPool* pool_ = nullptr;
  uint32_t index_ = 0;
  MutableBytes bytes_;
};

// A fixed number of equal, 4 KiB-aligned buffers, carved from slabs at construction: the pool never grows, so
// what it holds bounds what its users can use (pipeline/memory_plan.h sums them). Thread-safe; taken and
// returned once a batch, so a mutex serves. Outlives its buffers: the destructor checks that all are back.
class BufferPool {
 public:
  static Result<std::unique_ptr<BufferPool>> create(std::string name, size_t buffer_bytes, size_t count);
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // An empty Buffer if none is free.
  Buffer try_acquire();
  // Waits until one is free.
  Buffer acquire();

  std::span<const Slab> slabs() const { return slabs_; }
  const std::string& name() const { return name_; }
  size_t buffer_bytes() const { return buffer_bytes_; }
  size_t count() const { return buffers_.size(); }
  size_t free_count() const;

 private:
  friend class Buffer;
  BufferPool(std::string name, size_t buffer_bytes) : name_(std::move(name)), buffer_bytes_(buffer_bytes) {}

  Buffer take();  // with mutex_ held and free_ not empty
  void give_back(uint32_t index);

  const std::string name_;
  const size_t buffer_bytes_;
  std::vector<Slab> slabs_;
  std::vector<MutableBytes> buffers_;
  mutable std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<uint32_t> free_;
};

}  // namespace penstock
