// SPDX-License-Identifier: Apache-2.0
#include "emulation/faults/faulty_device.h"

#include <chrono>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "emulation/faults/faulty_queue_pair.h"

namespace penstock {
namespace {

uint64_t steady_now_ns() {
  return static_cast<uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

FaultOptions complete(FaultOptions options) {
  if (options.now_ns == nullptr) options.now_ns = steady_now_ns;
  // What its driver copies is out of the device's reach once it was answered.
  if (!options.shares_host_memory) options.rate(FaultKind::write_after_answer) = 0;
  return options;
}

// Rates are written as decimals, whose sum may be a little off.
constexpr double kSumMax = 1.000001;

}  // namespace

FaultyDevice::FaultyDevice(std::unique_ptr<Device> inside, const FaultOptions& options)
    : inside_(std::move(inside)), capabilities_(inside_->capabilities()), state_(complete(options)) {
  PENSTOCK_CHECK(std::accumulate(options.rates.begin(), options.rates.end(), 0.0) <= kSumMax);
  capabilities_.kind = "faulty";
  capabilities_.name = "faulty " + inside_->capabilities().name;
  capabilities_.shares_host_memory = options.shares_host_memory;
  capabilities_.is_cpu = false;
}

Result<std::unique_ptr<QueuePair>> FaultyDevice::open_queue_pair(uint32_t depth) {
  PENSTOCK_TRY_ASSIGN(auto inside, inside_->open_queue_pair(depth));
  constexpr uint64_t kSeedStep = 0x9e3779b97f4a7c15;
  const uint64_t seed = state_.options.seed + kSeedStep * ++queue_pairs_;
  return std::make_unique<FaultyQueuePair>(state_, capabilities_, std::move(inside), depth, seed);
}

uint64_t FaultyDevice::injected(FaultKind kind) const {
  return state_.injected[static_cast<size_t>(kind)].load(std::memory_order_relaxed);
}

}  // namespace penstock
