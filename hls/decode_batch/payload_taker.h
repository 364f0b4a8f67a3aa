// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/extents/lane_dealer.h"
#include "hls/lz4_decompress/lz4_decoding.h"

namespace fabric {

// Reads the request, checks it, and gives each sound submission to a lane. Of every submission there is a
// plan. A raw length above PENSTOCK_EXTENT_BYTES_MAX is malformed, as a payload's is.
void take_payloads(const Word* request, hls::stream<LaneJob, kLaneJobsDepth> (&lanes)[kDecodeEngines],
                   hls::stream<ExtentPlan>& plans);

}  // namespace fabric
