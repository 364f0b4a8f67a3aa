// SPDX-License-Identifier: Apache-2.0
#include "mount/store_generation.h"

#include <algorithm>

namespace penstock {

StoreGeneration::StoreGeneration(std::unique_ptr<Store> store, unsigned readers)
    : store_(std::move(store)), not_made_(std::max(readers, 1U)) {}

StoreGeneration::Lent::~Lent() {
  if (!reader_) return;
  {
    const std::lock_guard lock(from_->mutex_);
    from_->idle_.push_back({std::move(reader_), process_});
  }
  from_->given_back_.notify_one();
}

StoreGeneration::Lent StoreGeneration::lend(uint32_t process) {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [this] { return !idle_.empty() || not_made_ > 0; });
  auto chosen = std::ranges::find(idle_, process, &Idle::process);
  if (chosen == idle_.end() && not_made_ > 0) {
    --not_made_;
    return {*this, std::make_unique<MountReader>(store_->new_reader()), process};
  }
  // The one that was given back the longest ago: whoever used it may have gone.
  if (chosen == idle_.end()) chosen = idle_.begin();
  std::unique_ptr<MountReader> reader = std::move(chosen->reader);
  idle_.erase(chosen);
  return {*this, std::move(reader), process};
}

}  // namespace penstock
