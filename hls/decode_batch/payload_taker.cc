// SPDX-License-Identifier: Apache-2.0
#include "hls/decode_batch/payload_taker.h"

#include "hls/datapath/cycles.h"
#include "hls/extents/submission_check.h"
#include "hls/movers/memory_latency.h"

namespace fabric {
void take_payloads(const Word* request, hls::stream<LaneJob, kLaneJobsDepth> (&lanes)[kDecodeEngines],
                   hls::stream<ExtentPlan>& plans) {
  ChunkWords list;
#pragma HLS BIND_STORAGE variable = list.words type = ram_2p impl = bram
  const RequestHeader header = decode_header(request[0]);
  HLS_CYCLES("take_submissions", kMemoryLatency);
  const uint32_t status_of_all = status_of(header, PENSTOCK_OPERATION_BIT(PENSTOCK_DECODE));
  const uint32_t submissions = submissions_in_range(header) ? header.submissions : 0;
  uint32_t turn = header.generation % kDecodeEngines;
each_submission:
  for (uint32_t i = 0; i < submissions; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 256
    const Submission submission = decode_submission(request[1 + i]);
    uint32_t status =
        status_of_all == PENSTOCK_DONE ? check_submission(request, header, submission, list) : status_of_all;
    if (status == PENSTOCK_DONE && submission.output_bytes_max > PENSTOCK_EXTENT_BYTES_MAX)
      status = PENSTOCK_MALFORMED;
    const ExtentPlan plan = {submission.cookie,
                             header.arena_bytes / kWordBytes,
                             header.generation,
                             status,
                             0,
                             static_cast<uint8_t>(turn),
                             false};
    plans.write(plan);
    if (status == PENSTOCK_DONE) {
      const LaneJob job = {submission.input_offset / kWordBytes,
                           {submission.input_bytes, submission.output_bytes_max, false}};
      deal_job(job, turn, lanes);
      turn = turn + 1 == kDecodeEngines ? 0 : turn + 1;
    }
    HLS_CYCLES("take_submissions", kMemoryLatency);
  }
  const ExtentPlan no_more_plans = {0, 0, 0, 0, 0, 0, true};
  plans.write(no_more_plans);
  end_jobs(lanes);
}

}  // namespace fabric
