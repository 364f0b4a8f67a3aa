// SPDX-License-Identifier: Apache-2.0
#include "fault/watched_device.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"

namespace penstock {

class WatchedDevice::Path final : public QueuePair {
 public:
  Path(WatchedDevice& device, QueuePair& inside, uint32_t depth)
      : device_(&device), inside_(&inside), watch_(&device.counters_), record_(device.record_) {
    under_way_.reserve(depth);
  }
  ~Path() override { device_->close(inside_); }

  size_t submit(std::span<Job* const> jobs) noexcept override {
    const size_t accepted = inside_->submit(jobs);
    for (const Job* job : jobs.first(accepted)) look_at(*job);
    under_way_.insert(under_way_.end(), jobs.begin(), jobs.begin() + static_cast<ptrdiff_t>(accepted));
    watch_->accepted += accepted;
    return accepted;
  }

  size_t poll(std::span<Job*> finished) noexcept override {
    const size_t count = inside_->poll(finished);
    for (const Job* job : finished.first(count))
      ++(std::erase(under_way_, job) == 1 ? watch_->returned : watch_->echoes);
    return count;
  }

  Quiescence abandon(Job& job) noexcept override {
    PENSTOCK_CHECK(std::erase(under_way_, &job) == 1);
    ++watch_->abandoned;
    const MutableBytes input = job.input_buffer == nullptr ? MutableBytes() : job.input_buffer->bytes();
    const MutableBytes output = job.output_buffer == nullptr ? MutableBytes() : job.output_buffer->bytes();
    const Quiescence quiescence = inside_->abandon(job);
    if (quiescence == Quiescence::unproven) {
      record_->strand(input);
      record_->strand(output);
    }
    return quiescence;
  }

  uint32_t generation() const noexcept override { return inside_->generation(); }
  Quiescence leave_generation() noexcept override {
    bool proven = true;
    while (!under_way_.empty()) proven = abandon(*under_way_.back()) == Quiescence::proven && proven;
    proven = inside_->leave_generation() == Quiescence::proven && proven;
    return proven ? Quiescence::proven : Quiescence::unproven;
  }
  size_t in_flight() const noexcept override { return inside_->in_flight(); }
  const QueuePairCounters& counters() const noexcept override { return inside_->counters(); }

 private:
  void look_at(const Job& job) noexcept {
    if (record_->holds_any_of(job.input) || record_->holds_any_of(job.output)) ++watch_->in_stranded;
    uint64_t bytes = job.operation == Operation::decode ? job.output.size() : 0;
    for (const ChunkRef& chunk : job.chunks) bytes += chunk.length;
    watch_->bytes += bytes;
    uint64_t most = watch_->bytes_max;
    while (most < bytes && !watch_->bytes_max.compare_exchange_weak(most, bytes)) {
    }
  }

  WatchedDevice* device_;
  QueuePair* inside_;
  WatchCounters* watch_;
  StrandedRecord* record_;
  std::vector<Job*> under_way_;
};

Status WatchedDevice::register_memory(std::span<const Slab> slabs) {
  record_->know(slabs);
  return device_->register_memory(slabs);
}

Result<std::unique_ptr<QueuePair>> WatchedDevice::open_queue_pair(uint32_t depth) {
  PENSTOCK_TRY_ASSIGN(auto inside, device_->open_queue_pair(depth));
  const std::lock_guard lock(mutex_);
  open_.push_back(std::move(inside));
  return std::make_unique<Path>(*this, *open_.back(), depth);
}

void WatchedDevice::close(const QueuePair* queue_pair) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [queue_pair](const auto& one) { return one.get() == queue_pair; });
}

}  // namespace penstock
