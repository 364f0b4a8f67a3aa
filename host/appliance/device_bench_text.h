// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/json_text.h"
#include "benchmark/device_benchmark.h"

namespace penstock {

// What `bench --device` prints (docs/command-line.md).
Json device_bench_json(const DeviceBenchReport& report);
std::string device_bench_text(const DeviceBenchReport& report);

// The heading that a way stands under: "encode, lz4".
std::string way_heading(const WayBench& way);

}  // namespace penstock
