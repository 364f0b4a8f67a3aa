// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_burst_maxi.h>
#include <hls_stream.h>

#include "hls/extents/extent_plan.h"

namespace fabric {

// Reads the payloads of its jobs and makes raw bytes of them; `unit` tells the lanes apart.
void decode_lane(hls::stream<LaneJob>& lane_jobs, hls::burst_maxi<Word> input, hls::stream<OutputWord>& raw,
                 hls::stream<OutputResult>& results, unsigned unit);

}  // namespace fabric
