// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/json_text.h"
#include "pipeline/analysis.h"
#include "pipeline/put.h"

namespace penstock {

// What `analyze` prints (docs/command-line.md).
Json analysis_json(const AnalysisReport& report, const PutOptions& options);
std::string analysis_text(const AnalysisReport& report, const PutOptions& options);

}  // namespace penstock
