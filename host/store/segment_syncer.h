// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"
#include "store/file_system.h"

namespace penstock {

// Syncs and closes files, in a thread of its own or in the caller's. At most kQueuedMax wait: a disk that is
// slower than the writers holds them back. After a failed sync every call returns its error.
class SegmentSyncer {
 public:
  static constexpr size_t kQueuedMax = 3;

  explicit SegmentSyncer(bool in_background) : in_background_(in_background) {}
  ~SegmentSyncer();  // what is queued is closed without being synced
  SegmentSyncer(const SegmentSyncer&) = delete;
  SegmentSyncer& operator=(const SegmentSyncer&) = delete;

  // Thread-safe.
  Status push(std::unique_ptr<File> file);
  // Returns when all that was pushed is durable.
  Status drain();

 private:
  void run();
  Status outcome() const;

  const bool in_background_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<File>> queue_;
  bool busy_ = false;
  bool stop_ = false;
  std::optional<Error> error_;
  std::thread thread_;  // started by the first push
};

}  // namespace penstock
