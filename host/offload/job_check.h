// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "offload/job.h"

namespace penstock {

inline bool wants_digests(Operation operation) {
  return operation == Operation::digest || operation == Operation::digest_encode;
}

inline bool wants_encoding(Operation operation) {
  return operation == Operation::encode || operation == Operation::digest_encode;
}

// The input up to the end of the last chunk: what is encoded, and all that digests are made of.
inline size_t bytes_covered(const Job& job) {
  return job.chunks.empty() ? 0 : size_t{job.chunks.back().offset} + job.chunks.back().length;
}

// Whether the chunks are not too many, ascend and lie inside the input; for encoding also without gaps from
// offset 0.
bool chunks_well_formed(const Job& job);

}  // namespace penstock
