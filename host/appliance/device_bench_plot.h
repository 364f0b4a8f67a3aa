// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "benchmark/device_benchmark.h"

namespace penstock {

// The report as an SVG document: for each operation and codec the speed and the cost of every way, as bars
// side by side, with the range of the runs; what is modelled as figures only.
std::string device_bench_plot(const DeviceBenchReport& report);

}  // namespace penstock
