// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "offload/capabilities.h"
#include "offload/job.h"
#include "unit/memory/guarded_bytes.h"

namespace penstock {

// A job with memory of its own, laid out to catch a device that does not keep its word: the input faults when
// it is written, input and output fault behind their ends, and what the device must not touch holds a
// pattern.
class PreparedJob {
 public:
  static constexpr uint8_t kPattern = 0xee;

  // Chunks of these lengths, one behind the other from offset 0, and `output_bytes` of output.
  PreparedJob(const Capabilities& device, Operation operation, Bytes input,
              const std::vector<uint32_t>& chunk_lengths, size_t output_bytes);
  PreparedJob(const PreparedJob&) = delete;
  PreparedJob& operator=(const PreparedJob&) = delete;

  // Whether nothing was written before the output; behind it a write would have faulted.
  bool kept_to_its_memory() const;
  // Whether not even the output, nor a digest, was written.
  bool untouched() const;
  // Fills output and digests with the pattern again.
  void reset_results();

  Bytes payload() const { return Bytes(job.output).first(job.output_length); }

  Job job;
  std::vector<ChunkRef> chunks;
  std::vector<Digest> digests;

 private:
  GuardedBytes input_;
  GuardedBytes output_;
};

}  // namespace penstock
