// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace penstock {

// Tasks on their way from the thread that makes them to workers, in order; bounded. For tasks of some MiB of
// work, so that a mutex serves.
template <class Task>
class TaskQueue {
 public:
  explicit TaskQueue(size_t tasks_max) : tasks_max_(tasks_max) {}

  // Waits for room. False after stop(): the task is left with the caller.
  bool push(Task&& task) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || tasks_.size() < tasks_max_; });
    if (stopped_) return false;
    tasks_.push_back(std::move(task));
    changed_.notify_all();
    return true;
  }

  // Waits for a task; nothing when the queue is closed and empty, or after stop().
  std::optional<Task> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || closed_ || !tasks_.empty(); });
    if (stopped_ || tasks_.empty()) return std::nullopt;
    std::optional<Task> task(std::move(tasks_.front()));
    tasks_.pop_front();
    changed_.notify_all();
    return task;
  }

  // No more will be pushed.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  // Everybody ends; what is queued waits for drain().
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  std::deque<Task> drain() {
    const std::lock_guard lock(mutex_);
    return std::exchange(tasks_, {});
  }

  size_t size() {
    const std::lock_guard lock(mutex_);
    return tasks_.size();
  }

  bool stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

 private:
  const size_t tasks_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool closed_ = false;
  bool stopped_ = false;
};

}  // namespace penstock
