// SPDX-License-Identifier: Apache-2.0
#include "pipeline/analysis.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <mutex>
#include <unordered_set>

namespace penstock {
namespace {

// Remembers which blocks came by, and keeps nothing of them.
class CountingSink final : public FrameSink {
 public:
  Status claim(std::span<const Digest> digests, std::span<Claim> claims) override {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < digests.size(); ++i)
      claims[i] = seen_.insert(digests[i]).second ? Claim::yours : Claim::present;
    return {};
  }
  Status append(const VerifiedBlock& /*block*/) override { return {}; }
  Status recheck() override { return {}; }

 private:
  std::mutex mutex_;
  std::unordered_set<Digest, DigestHash> seen_;
};

using ByteCounts = std::array<uint64_t, 256>;

// Four tables side by side, so that runs of one byte do not wait for their own counter.
ByteCounts count_bytes(Bytes bytes) {
  std::array<std::array<uint32_t, 256>, 4> tables{};
  size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4)
    for (size_t lane = 0; lane < 4; ++lane) ++tables[lane][bytes[i + lane]];
  for (; i < bytes.size(); ++i) ++tables[0][bytes[i]];
  ByteCounts counts{};
  for (const auto& table : tables)
    for (size_t value = 0; value < counts.size(); ++value) counts[value] += table[value];
  return counts;
}

}  // namespace

double order0_entropy(const std::array<uint64_t, 256>& counts) {
  uint64_t total = 0;
  for (const uint64_t count : counts) total += count;
  double bits = 0;
  for (const uint64_t count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(total);
    bits -= share * std::log2(share);
  }
  return bits;
}

Result<AnalysisReport> analyze_entries(EntryStream& entries, Dispatcher& dispatcher,
                                       const PutOptions& options) {
  AnalysisReport report;
  std::mutex mutex;
  PutOptions observing = options;
  observing.observe = [&](Bytes raw, std::span<const BlockEntry> blocks) {
    const ByteCounts counts = count_bytes(raw);
    const std::lock_guard lock(mutex);
    for (size_t value = 0; value < counts.size(); ++value) report.byte_counts[value] += counts[value];
    for (const BlockEntry& block : blocks)
      ++report.chunk_size_counts[static_cast<size_t>(std::bit_width(std::max(block.length, 1u)) - 1)];
  };
  CountingSink sink;
  PENSTOCK_TRY_ASSIGN(report.put, put_entries(entries, dispatcher, sink, observing));
  report.entropy_bits_per_byte = order0_entropy(report.byte_counts);
  report.bytes_entropy_bound = static_cast<uint64_t>(
      std::ceil(static_cast<double>(report.put.counters.bytes_unique) * report.entropy_bits_per_byte / 8));
  return report;
}

}  // namespace penstock
