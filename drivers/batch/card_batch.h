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
  bool stale = false;  // the completion was another launch's
};

// One batch of the contract (kernels/abi/abi.md), with its buffers on the card, again and again: begun and
// filled by a queue pair, sent and fetched by the courier, read by the queue pair. Whose turn it is follows
// from where the batch is handed; nothing here is locked. Once something went wrong under way it is not
// sound: the card may be at it still, and it is not used again.
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
  void seal() noexcept;  // nothing follows: from now on it is out

  // The courier's. It is handed back when it was sent and the launch has ended, whichever comes last.
  void send() noexcept;
  void launch_ended(uint64_t token, bool well) noexcept override;
  void fetch() noexcept;
  BatchPort& port() const noexcept { return *port_; }

  // The queue pair's again, once it is back.
  void returned() noexcept { out_ = false; }
  size_t entries() const noexcept { return entries_; }
  Job* job(size_t entry) const noexcept { return jobs_[entry]; }
  CardAnswer answer(size_t entry) const noexcept;
  bool sound() const noexcept { return sound_; }

  // The queue pair's, at any time.
  bool out() const noexcept { return out_; }
  CardKernel kernel() const noexcept;
  uint32_t generation() const noexcept { return generation_; }
  // Whether the jobs' own memory will not be read any more.
  bool input_read() const noexcept;
  // Forgets a job; the card's work on it is thrown away. True: its input will not be read any more.
  bool forget(size_t entry) noexcept;

  CardBatch* next = nullptr;  // in a list of the courier's

 private:
  CardBatch(const BatchLimits& limits, BatchCourier& courier, BatchPort& port);

  Status allocate(CardLink& link);
  bool asks_for_digests() const noexcept;
  bool asks_for_output() const noexcept { return operation_ != Operation::digest; }
  bool sync_inputs() noexcept;
  void arrive() noexcept;
  bool is_ours(const penstock_completion& completion, size_t entry) const noexcept;
  bool all_ours() const noexcept;
  JobStatus judge(const penstock_completion& completion, size_t entry) const noexcept;
  size_t judge_all() noexcept;

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
  std::vector<JobStatus> verdicts_;  // on the completions
  size_t entries_ = 0;
  uint32_t chunks_ = 0;
  size_t copied_bytes_ = 0;  // of copies_
  size_t output_bytes_ = 0;  // of arena_, at the most
  bool out_ = false;         // sealed, and not back

  bool well_ = false;   // the courier's, while it is out
  bool begun_ = false;  // the same
  bool sound_ = true;   // the same; once false it stays so
  uint64_t launches_begun_ = 0;
  std::atomic<uint64_t> token_{0};  // of the launch under way; 0: none
  std::atomic<int> awaited_{0};     // of: send has returned, the launch has ended
  std::atomic<bool> input_read_{false};
};

}  // namespace penstock
