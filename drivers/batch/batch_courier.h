// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "drivers/batch/batch_port.h"

namespace penstock {

// Takes batches from queue pairs to the card and back. Syncs wait for the card, which no queue pair may, so
// they are done here: by two threads those to the card and the launches, by two others those to the host. So
// what begins and ends a sync is beside the bytes of another one that goes the same way.
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
  void start(const std::vector<unsigned>& cpus);
  void stop();

  static constexpr size_t kThreadsEachWay = 2;

  void send_batches();
  CardBatch* next_to_send();
  void fetch_batches();
  CardBatch* wait_for_ended();
  void hand_back(CardBatch& batch);

  std::mutex ports_mutex_;  // of what goes out
  std::vector<BatchPort*> ports_;
  size_t next_port_ = 0;  // is asked first, so that each has its turn
  std::atomic<uint32_t> doorbell_{0};
  std::atomic<bool> stopping_{false};

  std::mutex ended_mutex_;
  std::condition_variable ended_changed_;
  CardBatch* first_ended_ = nullptr;  // a list, oldest first
  CardBatch* last_ended_ = nullptr;

  std::mutex back_mutex_;  // of what comes back

  std::array<std::thread, kThreadsEachWay> senders_;  // last: they use all of the above
  std::array<std::thread, kThreadsEachWay> fetchers_;
};

}  // namespace penstock
