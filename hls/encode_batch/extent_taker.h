// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/encode_batch/digest_placer.h"
#include "hls/extents/lane_dealer.h"
#include "hls/lz4_compress/lz4_encoding.h"
#include "hls/sha256/message_pieces.h"

namespace fabric {

// Reads the request, checks it, and gives each sound submission to a lane, its chunks too where digests are
// asked for. Of every submission there is a plan; of those with digests a place for them. A submission's jobs
// come before its chunks, and these before the next submission's jobs: whoever waits for one of them does not
// wait for something behind it.
void take_extents(const Word* request, hls::stream<LaneJob, kLaneJobsDepth> (&lanes)[kEncodeEngines],
                  hls::stream<ChunkJob>& chunks, hls::stream<ExtentPlan>& plans,
                  hls::stream<DigestPlan>& digest_plans);

}  // namespace fabric
