// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "drivers/batch/batch_limits.h"
#include "drivers/batch/card_link.h"
#include "offload/job.h"

namespace penstock {

class BatchCourier;
struct BatchPort;

// What the card answered to a job, in memory of the batch: valid until that is begun anew.
struct CardAnswer {
  JobStatus status = JobStatus::failed;
  uint32_t output_length = 0;
  Bytes payload;
  Bytes digests;       // 32 bytes a chunk
  bool stale = false;  // the completion was another job's
};

// One batch of the contract (kernels/abi/abi.md), with its buffers on the card, again and again: begun and
// filled by a queue pair, sent and fetched by the courier, read by the queue pair. Whose turn it is follows
// from where the batch is handed; nothing here is locked.
class CardBatch final : public LaunchListener {
 public:
  // `port` is where it goes back to. failed: no memory, or no such kernel.
  static Result<std::unique_ptr<CardBatch>> create(CardLink& link, const BatchLimits& limits,
                                                   BatchCourier& courier, BatchPort& port);

  // The queue pair's, while it is filled. `input` is the registered memory that all inputs lie in; null: they
  // are copied.
  void begin(const Job& first, CardMemory* input, uint32_t generation) noexcept;
  bool takes(const Job& job, const CardMemory* input) const noexcept;
  // The job's input lies at `offset` of the registered memory. Returns the bytes that were copied.
  size_t add(Job& job, size_t offset) noexcept;
  bool full() const noexcept { return entries_ == limits_.submissions; }
  bool empty() const noexcept { return entries_ == 0; }
  void seal() noexcept;  // nothing follows

  // The courier's. False: the card never heard of it.
  bool send() noexcept;
  void launch_ended(bool well) noexcept override;
  void fetch() noexcept;
  void fail() noexcept { well_ = false; }
  BatchPort& port() const noexcept { return *port_; }

  // The queue pair's again, once it is back.
  size_t entries() const noexcept { return entries_; }
  Job* job(size_t entry) const noexcept { return jobs_[entry]; }
  CardAnswer answer(size_t entry) const noexcept;

  // The queue pair's, at any time: forgets a job; the card's work on it is thrown away. True: its input will
  // not be read any more.
  bool forget(size_t entry) noexcept;
  bool sent() const noexcept { return sealed_; }

  CardBatch* next = nullptr;  // in a list of the courier's

 private:
  CardBatch(const BatchLimits& limits, BatchCourier& courier, BatchPort& port);

  Status allocate(CardLink& link);
  bool asks_for_digests() const noexcept;
  bool asks_for_output() const noexcept { return operation_ != Operation::digest; }
  JobStatus judge(const penstock_completion& completion, size_t entry) const noexcept;

  struct Extent {
    size_t offset = 0;  // in the input's memory
    uint32_t bytes = 0;
    uint32_t first_chunk = 0;
    uint32_t chunks = 0;
    uint32_t output_bytes_max = 0;
  };

  const BatchLimits limits_;
  BatchCourier* courier_;
  BatchPort* port_;
  std::unique_ptr<CardMemory> request_;
  std::unique_ptr<CardMemory> copies_;  // of inputs
  std::unique_ptr<CardMemory> answer_;
  std::unique_ptr<CardMemory> arena_;
  std::array<std::unique_ptr<CardLaunch>, 4> launches_;  // by CardKernel; none for describe

  // Of the batch at hand.
  Operation operation_ = Operation::digest;
  CodecId codec_ = CodecId::stored;
  uint32_t generation_ = 0;
  CardMemory* input_ = nullptr;  // registered memory, or copies_
  std::vector<Job*> jobs_;       // null: forgotten
  std::vector<Extent> extents_;
  std::vector<penstock_completion> completions_;
  size_t entries_ = 0;
  uint32_t chunks_ = 0;
  size_t copied_bytes_ = 0;  // of copies_
  size_t output_bytes_ = 0;  // of arena_, at the most
  bool sealed_ = false;
  bool well_ = false;
  std::atomic<bool> launched_{false};
  std::atomic<bool> input_read_{false};
};

}  // namespace penstock
