// SPDX-License-Identifier: Apache-2.0
#include "hls/encode_batch/encode_lane.h"

#include "hls/extents/burst_asker.h"
#include "hls/lz4_compress/lz4_compress.h"

namespace fabric {

// NOLINTNEXTLINE(performance-unnecessary-value-param): as the kernel has it
void encode_lane(hls::stream<LaneJob>& lane_jobs, hls::burst_maxi<Word> input,
                 hls::stream<OutputWord>& payload, hls::stream<OutputResult>& results, unsigned unit) {
#pragma HLS DATAFLOW
  HLS_REGION(encode_lane);
  hls::stream<ExtentJob, 2> jobs("encode_lane.jobs");
  hls::stream<Burst, 4> bursts("encode_lane.bursts");
  ReadWords words("encode_lane.words");
  HLS_PROCESS(ask, ask_bursts(lane_jobs, jobs, bursts));
  HLS_PROCESS(read, read_bursts(input, bursts, words));
  HLS_PROCESS(compress, lz4_compress<>(jobs, words, payload, results, unit));
}

}  // namespace fabric
