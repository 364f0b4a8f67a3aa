// SPDX-License-Identifier: Apache-2.0
#pragma once

// First of a lane: asks for the words that the bytes of each extent lie in.

#include <hls_stream.h>

#include "hls/extents/extent_plan.h"
#include "hls/movers/burst_reader.h"

namespace fabric {

// Jobs to the engine, their bursts to the reader; both end with the job that is the end.
void ask_bursts(hls::stream<LaneJob>& lane_jobs, hls::stream<ExtentJob>& jobs, hls::stream<Burst>& bursts);

}  // namespace fabric
