// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <vector>

#include "kernels/abi/penstock_abi.h"
#include "unit/hls_sha256/openssl_sha256.h"

namespace penstock {

// A batch of DIGEST as a host would write it; tests then spoil it.
struct BatchRequest {
  penstock_request_header header = {};
  std::vector<penstock_submission> submissions;
  std::vector<penstock_chunk> chunks;
  std::vector<uint8_t> input;

  // The request buffer.
  std::vector<uint8_t> bytes() const;
  // Fills in the header, whose sections stand behind each other, gaps of some words between them.
  void seal(uint32_t gap_words);
};

// Submissions with chunks of up to `chunk_bytes_max` bytes at any byte, with and without gaps; extents of up
// to `extent_bytes_max`.
BatchRequest random_batch(size_t submissions, uint32_t extent_bytes_max, uint32_t chunk_bytes_max,
                          std::mt19937_64& random);

// What the contract (kernels/abi/abi.md) says of a request for DIGEST, read from its bytes: written for
// tests, apart from the kernel. Digests by their place in the list.
struct ExpectedAnswer {
  std::vector<penstock_completion> completions;
  std::map<uint64_t, Sha256Bytes> digests;
  uint32_t digests_offset = 0;

  // Bytes that the kernel may touch.
  size_t request_bytes = 64;
  size_t answer_bytes = 0;
};
// Chunks beyond the request's bytes count as zeros, input beyond the input's too. Without digests only sizes
// and completions.
ExpectedAnswer expected_answer(std::span<const uint8_t> request, std::span<const uint8_t> input,
                               bool with_digests);

}  // namespace penstock
