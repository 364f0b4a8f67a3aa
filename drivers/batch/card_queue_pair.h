// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "drivers/batch/batch_courier.h"
#include "drivers/batch/batch_limits.h"
#include "drivers/batch/batch_pool.h"
#include "drivers/batch/batch_set.h"
#include "drivers/batch/card_batch.h"
#include "drivers/batch/registered_memory.h"
#include "offload/capabilities.h"
#include "offload/queue_pair.h"

namespace penstock {

// A card's queue: jobs are gathered into batches, one open for each operation, that the courier takes there
// and back. A batch is sent when it is full, or when its kernel has little before it, the oldest first.
// Output and digests are copied from the batch to the job in poll, by the thread that the job is of: what the
// card does after its time meets no job. Sending wakes a sleeping thread of the driver, once a batch.
class CardQueuePair final : public QueuePair {
 public:
  // What is borrowed outlives it. failed: no memory.
  static Result<std::unique_ptr<CardQueuePair>> open(const Capabilities& capabilities, BatchCourier& courier,
                                                     BatchPool& pool, RegisteredMemory& memory,
                                                     std::atomic<uint32_t>& generations, uint32_t depth);
  // Waits until no job's memory is read any more. What the card is at then it may be at for ever.
  ~CardQueuePair() override;

  size_t submit(std::span<Job* const> jobs) noexcept override;
  size_t poll(std::span<Job*> finished) noexcept override;
  // Proven unless the card may still be reading the job's own memory.
  Quiescence abandon(Job& job) noexcept override;
  uint32_t generation() const noexcept override { return generation_; }
  Quiescence leave_generation() noexcept override;
  size_t in_flight() const noexcept override { return in_flight_; }
  const QueuePairCounters& counters() const noexcept override { return counters_; }

 private:
  static constexpr size_t kOperations = 4;
  static constexpr size_t kKernels = 4;

  CardQueuePair(const Capabilities& capabilities, BatchCourier& courier, BatchPool& pool,
                RegisteredMemory& memory, std::atomic<uint32_t>& generations, uint32_t depth,
                std::unique_ptr<BatchSet> set);

  // What can be said without the card; pending: the card has to.
  JobStatus judge(const Job& job) const noexcept;
  bool place(Job& job) noexcept;
  bool worn_out() const noexcept;
  const RegisteredSlab* slab_of(const Job& job) const noexcept;
  uint32_t& sent_to(const CardBatch& batch) noexcept { return sent_[static_cast<size_t>(batch.kernel())]; }
  void send(CardBatch*& open) noexcept;
  void send_open(uint32_t sent_max) noexcept;
  void take_back() noexcept;
  size_t take_answers(std::span<Job*> finished) noexcept;
  void take_answer(CardBatch& batch, size_t entry) noexcept;
  // The entries of `batch` from there on are in flight; none of one that is idle.
  size_t first_in_flight(const CardBatch& batch) const noexcept;
  Quiescence forget(Job& job) noexcept;

  const Capabilities* capabilities_;
  BatchCourier* courier_;
  BatchPool* pool_;
  RegisteredMemory* memory_;
  std::atomic<uint32_t>* generations_;  // of batches, the device's
  const uint32_t depth_;
  std::unique_ptr<BatchSet> set_;
  std::vector<RegisteredSlab> slabs_;
  std::vector<CardBatch*> idle_;
  std::array<CardBatch*, kOperations> open_{};  // by Operation; null: none
  std::array<uint32_t, kKernels> sent_{};       // by CardKernel: batches that are with the courier
  std::vector<CardBatch*> back_;                // oldest last
  size_t taken_ = 0;                            // entries of that one
  std::vector<Job*> answered_;                  // without the card
  size_t in_flight_ = 0;
  uint32_t generation_ = 1;
  QueuePairCounters counters_;
};

}  // namespace penstock
