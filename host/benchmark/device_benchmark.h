// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "benchmark/bench_options.h"
#include "benchmark/way_bench.h"
#include "offload/device.h"

namespace penstock {

// A device that is measured, under the name that --device takes.
struct BenchedDevice {
  std::string name;
  Device* device = nullptr;
  bool emulated = false;
};

struct DeviceBenchReport {
  BenchOptions options;
  uint64_t bytes = 0;  // unique, that every way works on
  uint64_t frames = 0;
  uint64_t chunks = 0;
  std::vector<WayBench> ways;  // by operation, then codec, in the order of the devices
};

// Gives every device the same frames, operation by operation and codec by codec, through a queue pair that
// one thread feeds; the CPU's SHA-256 paths one by one. Alternates: each run does everything once. Answers
// are checked in the first run: corrupt error where one is wrong.
Result<DeviceBenchReport> run_device_benchmark(const std::vector<BenchedDevice>& devices,
                                               const BenchOptions& options);

}  // namespace penstock
