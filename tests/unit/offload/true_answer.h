// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "codec/codec.h"
#include "hash/sha256.h"
#include "offload/job.h"
#include "offload/job_check.h"

namespace penstock {

// The true answer to a job that is well formed.
inline void answer_truly(Job& job) {
  job.status = JobStatus::done;
  if (job.operation == Operation::decode) {
    if (!Decoder().decode(job.codec, job.input, job.output)) job.status = JobStatus::corrupt;
    return;
  }
  for (size_t i = 0; i < job.digests.size(); ++i)
    job.digests[i] = sha256(job.input.subspan(job.chunks[i].offset, job.chunks[i].length));
  if (!wants_encoding(job.operation)) return;
  const auto encoded = Encoder().encode({job.codec, job.codec_level}, job.input, job.output);
  job.output_length = static_cast<uint32_t>(encoded.value_or(0));
  if (job.output_length == 0 || job.output_length >= job.input.size()) job.status = JobStatus::stored;
}

// The same, but of the output not a byte is written.
inline void answer_without_output(Job& job) {
  std::vector<uint8_t> made(job.output.size());
  const MutableBytes output = std::exchange(job.output, made);
  answer_truly(job);
  job.output = output;
}

}  // namespace penstock
