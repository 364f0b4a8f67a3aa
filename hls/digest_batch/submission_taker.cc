// SPDX-License-Identifier: Apache-2.0
#include "hls/digest_batch/submission_taker.h"

#include "hls/datapath/cycles.h"
#include "hls/extents/submission_check.h"
#include "hls/movers/memory_latency.h"

namespace fabric {
namespace {

void write_jobs(const ChunkWords& list, const Submission& submission, hls::stream<ChunkJob>& jobs) {
#pragma HLS INLINE
chunks:
  for (uint32_t i = 0; i < PENSTOCK_EXTENT_CHUNKS_MAX; ++i) {
#pragma HLS PIPELINE II = 1
    if (i >= submission.chunks) break;
    const ChunkPlace chunk = chunk_at(list, submission, i);
    const ChunkJob job = {submission.input_offset + chunk.offset, chunk.bytes, false};
    jobs.write(job);
  }
  HLS_CYCLES("take_submissions", submission.chunks);
}

}  // namespace

void take_submissions(const Word* request, hls::stream<ChunkJob>& jobs, hls::stream<PlannedAnswer>& plans) {
  ChunkWords list;
#pragma HLS BIND_STORAGE variable = list.words type = ram_2p impl = bram
  const RequestHeader header = decode_header(request[0]);
  HLS_CYCLES("take_submissions", kMemoryLatency);
  const uint32_t status_of_all = status_of(header, PENSTOCK_OPERATION_BIT(PENSTOCK_DIGEST));
  if (submissions_in_range(header)) {
  submissions:
    for (uint32_t i = 0; i < PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 256
      if (i >= header.submissions) break;
      const Submission submission = decode_submission(request[1 + i]);
      HLS_CYCLES("take_submissions", kMemoryLatency);
      const uint32_t status = status_of_all == PENSTOCK_DONE
                                  ? check_submission(request, header, submission, list)
                                  : status_of_all;
      const bool sound = status == PENSTOCK_DONE;
      if (sound) write_jobs(list, submission, jobs);
      const PlannedAnswer plan = {submission.cookie,
                                  header.digests_offset / 32 + uint64_t(submission.first_chunk),
                                  header.generation,
                                  status,
                                  sound ? submission.chunks : 0,
                                  false};
      plans.write(plan);
    }
  }
  const ChunkJob no_more_jobs = {0, 0, true};
  jobs.write(no_more_jobs);
  const PlannedAnswer no_more_plans = {0, 0, 0, 0, 0, true};
  plans.write(no_more_plans);
}

}  // namespace fabric
