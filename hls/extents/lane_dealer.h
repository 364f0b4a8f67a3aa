// SPDX-License-Identifier: Apache-2.0
#pragma once

// Jobs to the lanes, in turn.

#include <hls_stream.h>

#include "hls/extents/extent_plan.h"

namespace fabric {

// Jobs that a lane may have waiting.
constexpr int kLaneJobsDepth = 4;

template <int LANES>
void deal_job(const LaneJob& job, uint32_t turn, hls::stream<LaneJob, kLaneJobsDepth> (&lanes)[LANES]) {
#pragma HLS INLINE
each_lane:
  for (uint32_t i = 0; i < LANES; ++i) {
#pragma HLS UNROLL
    if (i == turn) lanes[i].write(job);
  }
}

// Behind the last job, to each lane.
template <int LANES>
void end_jobs(hls::stream<LaneJob, kLaneJobsDepth> (&lanes)[LANES]) {
#pragma HLS INLINE
  const LaneJob end = {0, {0, 0, true}};
each_lane:
  for (uint32_t i = 0; i < LANES; ++i) {
#pragma HLS UNROLL
    lanes[i].write(end);
  }
}

}  // namespace fabric
