// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "pipeline/restore_task.h"

namespace penstock {

// Tasks on their way from the walk to the workers, in order; bounded. A task is some MiB of work, so a mutex
// serves.
class RestoreQueue {
 public:
  explicit RestoreQueue(size_t tasks_max) : tasks_max_(tasks_max) {}

  // Waits for room. False after stop(): the task is left with the caller.
  bool push(RestoreTask&& task);
  // Waits for a task; nothing when the queue is closed and empty, or after stop().
  std::optional<RestoreTask> pop();
  // No more will be pushed.
  void close();
  // Everybody ends; what is queued is dropped (and returned by drain).
  void stop();
  std::deque<RestoreTask> drain();
  bool stopped();

 private:
  const size_t tasks_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RestoreTask> tasks_;
  bool closed_ = false;
  bool stopped_ = false;
};

}  // namespace penstock
