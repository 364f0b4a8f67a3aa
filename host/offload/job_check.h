// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload/job.h"

namespace penstock {

inline bool wants_digests(Operation operation) {
  return operation == Operation::digest || operation == Operation::digest_encode;
}

inline bool wants_encoding(Operation operation) {
  return operation == Operation::encode || operation == Operation::digest_encode;
}

// Whether the chunks are not too many, ascend and lie inside the input; for encoding also without gaps from
// offset 0.
bool chunks_well_formed(const Job& job);

}  // namespace penstock
