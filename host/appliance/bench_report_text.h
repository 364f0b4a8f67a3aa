// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/json_text.h"
#include "benchmark/bench_report.h"

namespace penstock {

// What `bench` prints (docs/command-line.md).
Json bench_report_json(const BenchReport& report);
std::string bench_report_text(const BenchReport& report);

}  // namespace penstock
