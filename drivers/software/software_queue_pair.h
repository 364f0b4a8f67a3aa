// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "codec/codec.h"
#include "offload/queue_pair.h"

namespace penstock {

// The software device's queue: jobs wait in a ring until poll does the oldest. Owns the codecs' contexts.
// Nothing runs between calls, so an abandoned job's buffers are always quiescent.
class SoftwareQueuePair final : public QueuePair {
 public:
  explicit SoftwareQueuePair(uint32_t depth);

  size_t submit(std::span<Job* const> jobs) noexcept override;
  // Does one job, and hands back with it those before it that needed no work.
  size_t poll(std::span<Job*> finished) noexcept override;
  Quiescence abandon(Job& job) noexcept override;
  uint32_t generation() const noexcept override { return generation_; }
  Quiescence leave_generation() noexcept override;
  size_t in_flight() const noexcept override { return count_; }
  const QueuePairCounters& counters() const noexcept override { return counters_; }

 private:
  Job*& slot(size_t position) { return ring_[(head_ + position) % ring_.size()]; }
  Job& take_oldest();
  JobStatus run(Job& job);
  void digest(const Job& job);
  JobStatus encode(Job& job);
  bool worth_encoding(CodecId codec, Bytes raw) const;
  JobStatus decode(Job& job);

  std::vector<Job*> ring_;
  size_t head_ = 0;
  size_t count_ = 0;
  uint32_t generation_ = 1;
  Encoder encoder_;
  Decoder decoder_;
  bool shrank_ = true;           // the last frame that was to be encoded
  std::vector<Bytes> messages_;  // chunks of the job at hand
  QueuePairCounters counters_;
};

}  // namespace penstock
