// SPDX-License-Identifier: Apache-2.0
#include "hls/extents/burst_asker.h"

namespace fabric {

void ask_bursts(hls::stream<LaneJob>& lane_jobs, hls::stream<ExtentJob>& jobs, hls::stream<Burst>& bursts) {
each_job:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const LaneJob lane_job = lane_jobs.read();
    jobs.write(lane_job.job);
    if (lane_job.job.end) break;
    uint64_t word = lane_job.first_word;
    uint32_t left = (lane_job.job.input_bytes + kWordBytes - 1) / kWordBytes;
  each_burst:
    while (left != 0) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 513
      const uint32_t within = kBurstWordsMax - word % kBurstWordsMax;
      const Burst burst = {word, left < within ? left : within, false};
      bursts.write(burst);
      word += burst.words;
      left -= burst.words;
    }
  }
  const Burst end = {0, 0, true};
  bursts.write(end);
}

}  // namespace fabric
