// SPDX-License-Identifier: Apache-2.0
#include "hls/decode_batch/decode_lane.h"

#include "hls/extents/burst_asker.h"
#include "hls/lz4_decompress/lz4_decompress.h"

namespace fabric {

// NOLINTNEXTLINE(performance-unnecessary-value-param): as the kernel has it
void decode_lane(hls::stream<LaneJob>& lane_jobs, hls::burst_maxi<Word> input, hls::stream<OutputWord>& raw,
                 hls::stream<OutputResult>& results, unsigned unit) {
#pragma HLS DATAFLOW
  HLS_REGION(decode_lane);
  hls::stream<ExtentJob, 2> jobs("decode_lane.jobs");
  hls::stream<Burst, 4> bursts("decode_lane.bursts");
  ReadWords words("decode_lane.words");
  HLS_PROCESS(ask, ask_bursts(lane_jobs, jobs, bursts));
  HLS_PROCESS(read, read_bursts(input, bursts, words));
  HLS_PROCESS(decompress, lz4_decompress(jobs, words, raw, results, unit));
}

}  // namespace fabric
