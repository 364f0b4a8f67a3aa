// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stream_order.h"

#include <utility>

#include "base/check.h"

namespace penstock {

StreamOrder::StreamOrder(OutlineSink& assembler, size_t window) : assembler_(&assembler), slots_(window) {
  PENSTOCK_CHECK(window > 0);
}

bool StreamOrder::wait_for_room(uint64_t sequence) {
  std::unique_lock lock(mutex_);
  advanced_.wait(lock, [&] { return stopped_ || sequence < next_ + slots_.size(); });
  return !stopped_;
}

bool StreamOrder::has_room(uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  return sequence < next_ + slots_.size();
}

Status StreamOrder::deliver(BatchOutline& outline) {
  std::unique_lock lock(mutex_);
  // Behind a failure there is no tree to go on with.
  if (stopped_) return {};
  Slot& slot = slots_[outline.sequence % slots_.size()];
  PENSTOCK_CHECK(!slot.filled && outline.sequence >= next_);
  std::swap(slot.outline, outline);
  slot.filled = true;
  outline.clear();
  if (assembling_) return {};
  assembling_ = true;
  Status status;
  while (status && slots_[next_ % slots_.size()].filled) {
    Slot& turn = slots_[next_ % slots_.size()];
    PENSTOCK_CHECK(turn.outline.sequence == next_);
    lock.unlock();
    status = assembler_->consume(turn.outline);
    lock.lock();
    turn.outline.clear();
    turn.filled = false;
    ++next_;
    advanced_.notify_all();
  }
  assembling_ = false;
  if (!status) stopped_ = true;
  return status;
}

void StreamOrder::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  advanced_.notify_all();
}

}  // namespace penstock
