// SPDX-License-Identifier: Apache-2.0
#include "store/segment_syncer.h"

namespace penstock {

SegmentSyncer::~SegmentSyncer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    queue_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status SegmentSyncer::outcome() const {
  if (error_) return Failure(*error_);
  return {};
}

Status SegmentSyncer::push(std::unique_ptr<File> file) {
  if (!in_background_) {
    const Status synced = file->sync();
    const std::lock_guard lock(mutex_);
    if (!synced && !error_) error_ = synced.error();
    return outcome();
  }
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.wait(lock, [this] { return error_ || queue_.size() < kQueuedMax; });
  if (error_) return outcome();
  queue_.push_back(std::move(file));
  changed_.notify_all();
  return {};
}

Status SegmentSyncer::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return error_ || (queue_.empty() && !busy_); });
  return outcome();
}

void SegmentSyncer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (stop_) return;
    std::unique_ptr<File> file = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    const Status synced = file->sync();
    file.reset();
    lock.lock();
    busy_ = false;
    if (!synced && !error_) error_ = synced.error();
    changed_.notify_all();
  }
}

}  // namespace penstock
