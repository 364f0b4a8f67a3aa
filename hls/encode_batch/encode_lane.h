// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_burst_maxi.h>
#include <hls_stream.h>

#include "hls/extents/extent_plan.h"

namespace fabric {

// Reads the extents of its jobs and makes payloads of them; `unit` tells the lanes apart.
void encode_lane(hls::stream<LaneJob>& lane_jobs, hls::burst_maxi<Word> input,
                 hls::stream<OutputWord>& payload, hls::stream<OutputResult>& results, unsigned unit);

}  // namespace fabric
