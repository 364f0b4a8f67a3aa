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

Result<AnalysisReport> analyze_entries(EntryStream& entries, Device& device, const PutOptions& options);

}  // namespace penstock
