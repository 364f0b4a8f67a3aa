// SPDX-License-Identifier: Apache-2.0
#include "conformance/prepared_job.h"

#include <algorithm>

namespace penstock {
namespace {

// Guarded memory ends at a page; where a device wants its input aligned, so is the length, and with it the
// start.
size_t aligned(size_t bytes, size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

bool holds_pattern(Bytes bytes) {
  return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == PreparedJob::kPattern; });
}

}  // namespace

PreparedJob::PreparedJob(const Capabilities& device, Operation operation, Bytes input,
                         const std::vector<uint32_t>& chunk_lengths, size_t output_bytes)
    : digests(chunk_lengths.size()),
      input_(aligned(input.size(), device.input_alignment)),
      output_(output_bytes) {
  std::ranges::copy(input, input_.bytes().begin());
  input_.make_read_only();
  uint32_t offset = 0;
  for (uint32_t length : chunk_lengths) {
    chunks.push_back({offset, length});
    offset += length;
  }
  job.operation = operation;
  job.input = input_.bytes().first(input.size());
  job.chunks = chunks;
  job.output = output_.bytes();
  job.digests = digests;
  for (CodecId codec : device.codecs) {
    if (codec == CodecId::stored) continue;  // makes no payload
    job.codec = codec;
    break;
  }
  reset_results();
}

bool PreparedJob::kept_to_its_memory() const {
  return output_.intact();
}

bool PreparedJob::untouched() const {
  return output_.intact() && holds_pattern(job.output) &&
         std::ranges::all_of(digests, [](const Digest& digest) { return holds_pattern(digest.bytes); });
}

void PreparedJob::reset_results() {
  std::ranges::fill(job.output, kPattern);
  for (Digest& digest : digests) digest.bytes.fill(kPattern);
}

}  // namespace penstock
