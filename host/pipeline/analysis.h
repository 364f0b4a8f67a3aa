// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "pipeline/put.h"

namespace penstock {

// Where the reduction of some data comes from, found without a store.
struct AnalysisReport {
  PutReport put;                            // as a put into an empty store
  std::array<uint64_t, 256> byte_counts{};  // of the unique bytes
  double entropy_bits_per_byte = 0;         // order 0, of the unique bytes
  uint64_t bytes_entropy_bound = 0;         // unique bytes at that entropy: what an order-0 coder cannot pass
  std::array<uint64_t, 22> chunk_size_counts{};  // chunks of [2^i, 2^(i+1)) bytes
};

// Shannon's entropy of bytes that occur this often, bits a byte; 0 for none.
double order0_entropy(const std::array<uint64_t, 256>& counts);

// Puts `entries` into nothing and counts. Remembers the digest of every block (about 60 bytes each), nothing
// else that grows.
Result<AnalysisReport> analyze_entries(EntryStream& entries, Dispatcher& dispatcher,
                                       const PutOptions& options);

}  // namespace penstock
