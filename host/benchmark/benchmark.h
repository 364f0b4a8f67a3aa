// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "benchmark/bench_options.h"
#include "benchmark/bench_report.h"
#include "offload/device.h"

namespace penstock {

// Measures each stage of a put alone, the libraries beside it, and the whole pipeline on `device`, on one
// sample; every run does all of it, so that a figure and what it is compared with come from the same minutes.
// Leaves nothing behind. failed: the options' paths cannot be read, or their directory not be used or too
// small.
Result<BenchReport> run_benchmark(Device& device, const BenchOptions& options);

}  // namespace penstock
