// SPDX-License-Identifier: Apache-2.0
#include "hls/encode_batch/extent_taker.h"

#include "hls/datapath/cycles.h"
#include "hls/extents/submission_check.h"
#include "hls/movers/memory_latency.h"

namespace fabric {
namespace {

void write_chunks(const ChunkWords& list, const Submission& submission, hls::stream<ChunkJob>& chunks) {
#pragma HLS INLINE
each_chunk:
  for (uint32_t i = 0; i < submission.chunks; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 4096
    const ChunkPlace chunk = chunk_at(list, submission, i);
    const ChunkJob job = {submission.input_offset + chunk.offset, chunk.bytes, false};
    chunks.write(job);
  }
  HLS_CYCLES("take_submissions", submission.chunks);
}

}  // namespace

void take_extents(const Word* request, hls::stream<LaneJob, kLaneJobsDepth> (&lanes)[kEncodeEngines],
                  hls::stream<ChunkJob>& chunks, hls::stream<ExtentPlan>& plans,
                  hls::stream<DigestPlan>& digest_plans) {
  ChunkWords list;
#pragma HLS BIND_STORAGE variable = list.words type = ram_2p impl = bram
  const RequestHeader header = decode_header(request[0]);
  HLS_CYCLES("take_submissions", kMemoryLatency);
  const uint32_t status_of_all = status_of(
      header, PENSTOCK_OPERATION_BIT(PENSTOCK_ENCODE) | PENSTOCK_OPERATION_BIT(PENSTOCK_DIGEST_ENCODE));
  const uint32_t submissions = submissions_in_range(header) ? header.submissions : 0;
  const bool digests = header.operation == PENSTOCK_DIGEST_ENCODE;
  uint32_t turn = header.generation % kEncodeEngines;
each_submission:
  for (uint32_t i = 0; i < submissions; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 256
    const Submission submission = decode_submission(request[1 + i]);
    const uint32_t status =
        status_of_all == PENSTOCK_DONE ? check_submission(request, header, submission, list) : status_of_all;
    const uint32_t digested = status == PENSTOCK_DONE && digests ? submission.chunks : 0;
    const ExtentPlan plan = {submission.cookie,
                             header.arena_bytes / kWordBytes,
                             header.generation,
                             status,
                             digested,
                             static_cast<uint8_t>(turn),
                             false};
    plans.write(plan);
    if (status == PENSTOCK_DONE) {
      const LaneJob job = {submission.input_offset / kWordBytes,
                           {submission.input_bytes, submission.output_bytes_max, false}};
      deal_job(job, turn, lanes);
      turn = turn + 1 == kEncodeEngines ? 0 : turn + 1;
    }
    if (digested != 0) {
      const DigestPlan digest_plan = {header.digests_offset / 32 + uint64_t(submission.first_chunk), digested,
                                      false};
      digest_plans.write(digest_plan);
      write_chunks(list, submission, chunks);
    }
    HLS_CYCLES("take_submissions", kMemoryLatency);
  }
  const ExtentPlan no_more_plans = {0, 0, 0, 0, 0, 0, true};
  plans.write(no_more_plans);
  const DigestPlan no_more_digests = {0, 0, true};
  digest_plans.write(no_more_digests);
  const ChunkJob no_more_chunks = {0, 0, true};
  chunks.write(no_more_chunks);
  end_jobs(lanes);
}

}  // namespace fabric
