// SPDX-License-Identifier: Apache-2.0
#include "memory/buffer_pool.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {

Buffer::Buffer(Buffer&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      index_(other.index_),
      bytes_(std::exchange(other.bytes_, {})) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  // By way of a third, so that what this one held goes back now and not when `other` ends.
  Buffer taken(std::move(other));
  std::swap(pool_, taken.pool_);
  std::swap(index_, taken.index_);
  std::swap(bytes_, taken.bytes_);
  return *this;
}

Buffer::~Buffer() {
  if (pool_ != nullptr) pool_->give_back(index_);
}

Buffer Buffer::another() const {
  return pool_ == nullptr ? Buffer() : pool_->try_acquire();
}

Result<std::unique_ptr<BufferPool>> BufferPool::create(std::string name, size_t buffer_bytes, size_t count) {
  const size_t stride = (buffer_bytes + Slab::kAlignment - 1) / Slab::kAlignment * Slab::kAlignment;
  PENSTOCK_CHECK(stride > 0 && count > 0);
  const size_t per_slab = std::max<size_t>(1, Slab::kSlabBytesMin / stride);
  std::unique_ptr<BufferPool> pool(new BufferPool(std::move(name), buffer_bytes));
  pool->buffers_.reserve(count);
  pool->free_.reserve(count);
  while (pool->buffers_.size() < count) {
    const size_t in_slab = std::min(per_slab, count - pool->buffers_.size());
    // Short slabs are rounded up to what a device accepts; untouched pages cost nothing.
    PENSTOCK_TRY_ASSIGN(Slab slab, Slab::map(std::max(in_slab * stride, Slab::kSlabBytesMin)));
    for (size_t i = 0; i < in_slab; ++i)
      pool->buffers_.push_back(slab.bytes().subspan(i * stride, buffer_bytes));
    pool->slabs_.push_back(std::move(slab));
  }
  for (size_t i = count; i > 0; --i) pool->free_.push_back(static_cast<uint32_t>(i - 1));
  return pool;
}

BufferPool::~BufferPool() {
  // The lock waits for a give_back that has just made the pool whole in another thread.
  const std::lock_guard lock(mutex_);
  PENSTOCK_CHECK(free_.size() == buffers_.size());
}

Buffer BufferPool::try_acquire() {
  const std::lock_guard lock(mutex_);
  return free_.empty() ? Buffer() : take();
}

Buffer BufferPool::acquire() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !free_.empty(); });
  return take();
}

Buffer BufferPool::take() {
  const uint32_t index = free_.back();
  free_.pop_back();
  return Buffer(this, index, buffers_[index]);
}

void BufferPool::give_back(uint32_t index) {
  const std::lock_guard lock(mutex_);
  free_.push_back(index);
  // With the lock held: behind it the pool may be gone.
  returned_.notify_one();
}

size_t BufferPool::free_count() const {
  const std::lock_guard lock(mutex_);
  return free_.size();
}

}  // namespace penstock
