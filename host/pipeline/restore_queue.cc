// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_queue.h"

#include <utility>

namespace penstock {

bool RestoreQueue::push(RestoreTask&& task) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || tasks_.size() < tasks_max_; });
  if (stopped_) return false;
  tasks_.push_back(std::move(task));
  changed_.notify_all();
  return true;
}

std::optional<RestoreTask> RestoreQueue::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || closed_ || !tasks_.empty(); });
  if (stopped_ || tasks_.empty()) return std::nullopt;
  RestoreTask task = std::move(tasks_.front());
  tasks_.pop_front();
  changed_.notify_all();
  return task;
}

void RestoreQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void RestoreQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

std::deque<RestoreTask> RestoreQueue::drain() {
  const std::lock_guard lock(mutex_);
  return std::exchange(tasks_, {});
}

bool RestoreQueue::stopped() {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

}  // namespace penstock
