// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "drivers/batch/batch_courier.h"
#include "drivers/batch/batch_limits.h"
#include "drivers/batch/batch_port.h"
#include "drivers/batch/card_batch.h"
#include "drivers/batch/registered_memory.h"
#include "offload/capabilities.h"
#include "offload/queue_pair.h"

namespace penstock {

// A card's queue: jobs are gathered into batches, one open for each operation, that the courier takes there
// and back. A batch is sent when it is full, or when the card has little before it. Output and digests are
// copied from the batch to the job in poll, by the thread that the job is of: what the card does after its
// time meets no job.
class CardQueuePair final : public QueuePair {
 public:
  // What is borrowed outlives it. failed: no memory.
  static Result<std::unique_ptr<CardQueuePair>> open(CardLink& link, const Capabilities& capabilities,
                                                     BatchCourier& courier, RegisteredMemory& memory,
                                                     uint32_t depth);
  // Waits for what is with the card.
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

  CardQueuePair(const Capabilities& capabilities, BatchCourier& courier, RegisteredMemory& memory,
                uint32_t depth);

  // What can be said without the card; pending: the card has to.
  JobStatus judge(const Job& job) const noexcept;
  bool place(Job& job) noexcept;
  const RegisteredSlab* slab_of(const Job& job) const noexcept;
  void send(CardBatch*& open) noexcept;
  void send_open() noexcept;
  size_t take_back(std::span<Job*> finished) noexcept;
  void take_answer(CardBatch& batch, size_t entry) noexcept;
  Quiescence forget(Job& job) noexcept;

  const Capabilities* capabilities_;
  BatchCourier* courier_;
  RegisteredMemory* memory_;
  const BatchLimits limits_;
  const uint32_t depth_;
  std::vector<RegisteredSlab> slabs_;
  BatchPort port_;
  std::vector<std::unique_ptr<CardBatch>> batches_;
  std::vector<CardBatch*> idle_;
  std::array<CardBatch*, kOperations> open_{};  // by Operation; null: none
  CardBatch* current_ = nullptr;                // back, and not all taken
  size_t current_entry_ = 0;
  uint32_t sent_ = 0;           // batches that are with the courier
  std::vector<Job*> answered_;  // without the card
  size_t in_flight_ = 0;
  uint32_t generation_ = 1;
  uint32_t batch_generation_ = 0;
  QueuePairCounters counters_;
};

}  // namespace penstock
