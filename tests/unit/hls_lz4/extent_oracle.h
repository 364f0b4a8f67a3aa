// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "kernels/abi/penstock_abi.h"
#include "unit/hls_lz4/sample_extents.h"
#include "unit/hls_sha256/openssl_sha256.h"

namespace penstock {

// What the contract (kernels/abi/abi.md) says of a request to encode_batch or decode_batch, read from its
// bytes: written for tests, apart from the kernels. What becomes of an extent is what the engine alone makes
// of it; other tests hold that.
struct ExpectedExtents {
  std::vector<penstock_completion> completions;
  std::vector<Bytes> outputs;  // of each submission; empty where there is none
  std::map<uint64_t, Sha256Bytes> digests;
  uint32_t digests_offset = 0;

  // Bytes that the kernel may touch.
  size_t request_bytes = 64;
  size_t answer_bytes = 0;
};

ExpectedExtents expected_extents(std::span<const uint8_t> request, std::span<const uint8_t> input,
                                 bool decode);

}  // namespace penstock
