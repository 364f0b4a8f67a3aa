// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace penstock {

// Whether a batch is digested and encoded in one job, before it is known what of it is missing, or in two. A
// frame of a batch is of use only where every chunk of it is missing: so what counts is the share of bytes,
// lately, that came in such batches. One for all lanes of a put; any thread.
class FusionChoice {
 public:
  // One job only where nearly all was of use; two again when a good part was not. In two before anything was
  // seen.
  static constexpr double kFuseFrom = 0.875;
  static constexpr double kSplitBelow = 0.75;

  bool fused() const noexcept { return fused_.load(std::memory_order_relaxed); }
  // What became of a batch of `bytes`, in one job or two.
  void saw(uint64_t bytes, uint64_t bytes_missing) noexcept;

 private:
  // Lanes that write at the same time lose one another's batch, which does no harm.
  std::atomic<double> share_{0};
  std::atomic<bool> fused_{false};
};

}  // namespace penstock
