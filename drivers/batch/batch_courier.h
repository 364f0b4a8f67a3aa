// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "drivers/batch/batch_port.h"

namespace penstock {

// Takes batches from queue pairs to the card and back. Syncs wait for the card, which no queue pair may, so
// they are done here: on one thread those to the card and the launches, on another one those to the host.
class BatchCourier {
 public:
  // Its threads run on these CPUs; none: on any.
  explicit BatchCourier(const std::vector<unsigned>& cpus);
  // Nothing is under way any more.
  ~BatchCourier();
  BatchCourier(const BatchCourier&) = delete;
  BatchCourier& operator=(const BatchCourier&) = delete;

  // From now on, and for good: ports outlive the courier's threads.
  void attach(BatchPort& port);

  // There is something in a port's outward ring. Neither waits nor locks.
  void ring() noexcept;
  // The batch was sent, and its launch is over. Any thread.
  void ended(CardBatch& batch) noexcept;

 private:
  void send_batches();
  CardBatch* collect();
  void fetch_batches();
  CardBatch* wait_for_ended();

  std::mutex ports_mutex_;
  std::vector<BatchPort*> ports_;
  std::atomic<uint32_t> doorbell_{0};
  std::atomic<bool> stopping_{false};

  std::mutex ended_mutex_;
  std::condition_variable ended_changed_;
  CardBatch* first_ended_ = nullptr;  // a list, oldest first
  CardBatch* last_ended_ = nullptr;

  std::thread sender_;  // last: they use all of the above
  std::thread fetcher_;
};

}  // namespace penstock
