// SPDX-License-Identifier: Apache-2.0
#include "offload/stranded_buffers.h"

#include <utility>

#include "base/check.h"
#include "memory/keep_for_ever.h"

namespace penstock {

struct StrandedBuffers::Kept {
  std::vector<std::unique_ptr<Device>> devices;    // outlive their queue pairs
  std::vector<std::unique_ptr<BufferPool>> pools;  // outlive the buffers
  std::vector<std::unique_ptr<QueuePair>> queue_pairs;
  std::vector<std::unique_ptr<Selftest>> selftests;
  std::vector<Buffer> buffers;

  bool empty() const {
    return devices.empty() && pools.empty() && queue_pairs.empty() && selftests.empty() && buffers.empty();
  }
};

StrandedBuffers::StrandedBuffers(size_t jobs) : jobs_max_(jobs), kept_(std::make_unique<Kept>()) {
  kept_->buffers.reserve(2 * jobs);
}

StrandedBuffers::~StrandedBuffers() {
  if (!kept_->empty()) keep_for_ever(std::move(kept_));
}

void StrandedBuffers::provide(size_t jobs) {
  const std::lock_guard lock(mutex_);
  PENSTOCK_CHECK(reserved_ == kept_->buffers.size() / 2);
  jobs_max_ = reserved_ + jobs;
  kept_->buffers.reserve(2 * jobs_max_);
}

bool StrandedBuffers::reserve() noexcept {
  size_t reserved = reserved_.load(std::memory_order_relaxed);
  while (reserved < jobs_max_) {
    if (reserved_.compare_exchange_weak(reserved, reserved + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

void StrandedBuffers::release() noexcept {
  PENSTOCK_CHECK(reserved_.fetch_sub(1, std::memory_order_relaxed) > 0);
}

bool StrandedBuffers::strand(Buffer& input, Buffer& output) noexcept {
  const std::lock_guard lock(mutex_);
  PENSTOCK_CHECK(kept_->buffers.size() / 2 < jobs_max_);
  Buffer fresh_input = input.another();
  Buffer fresh_output = output.another();
  if (!fresh_input || !fresh_output) return false;
  kept_->buffers.push_back(std::exchange(input, std::move(fresh_input)));
  kept_->buffers.push_back(std::exchange(output, std::move(fresh_output)));
  return true;
}

void StrandedBuffers::keep(std::unique_ptr<QueuePair> queue_pair) {
  const std::lock_guard lock(mutex_);
  kept_->queue_pairs.push_back(std::move(queue_pair));
}

void StrandedBuffers::keep(std::unique_ptr<Selftest> selftest) {
  const std::lock_guard lock(mutex_);
  kept_->selftests.push_back(std::move(selftest));
}

void StrandedBuffers::keep(std::unique_ptr<Device> device) {
  const std::lock_guard lock(mutex_);
  kept_->devices.push_back(std::move(device));
}

void StrandedBuffers::retire(std::unique_ptr<BufferPool> pool) {
  const std::lock_guard lock(mutex_);
  if (pool->free_count() < pool->count()) kept_->pools.push_back(std::move(pool));
}

size_t StrandedBuffers::jobs() const {
  const std::lock_guard lock(mutex_);
  return kept_->buffers.size() / 2;
}

bool StrandedBuffers::holds_paths() const {
  const std::lock_guard lock(mutex_);
  return !kept_->queue_pairs.empty() || !kept_->selftests.empty();
}

}  // namespace penstock
