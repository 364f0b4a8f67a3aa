// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/store.h"

namespace penstock {

// Some work that reads the store and may wait for the disk.
class ReadTask {
 public:
  virtual ~ReadTask() = default;
  // A reader's thread. Ends soon: what is more than some hundred KiB is left for another turn.
  virtual void work(Store& store, StoreReader& reader) = 0;
};

// A fixed number of threads, each with a reader of its own, on which all workers' answers are made. A slow
// client keeps no thread: its answer takes a turn when there is room for more of it. An answer stays with one
// thread, whose reader has the records decoded that it is in. The store outlives the pool, and the pool those
// who submit.
class ReaderPool {
 public:
  ReaderPool(Store& store, unsigned threads);
  // What is queued is dropped.
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // Any thread. A thread for a new answer: one after the other.
  size_t choose_lane() { return next_lane_.fetch_add(1, std::memory_order_relaxed) % lanes_.size(); }
  // Any thread. Never waits; the number of answers bounds the queues.
  void submit(size_t lane, std::shared_ptr<ReadTask> task);

 private:
  struct Lane {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::shared_ptr<ReadTask>> tasks;
    bool stopped = false;
    std::thread thread;
  };

  void run(Lane& lane);

  Store* store_;
  std::atomic<size_t> next_lane_{0};
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace penstock
