// SPDX-License-Identifier: Apache-2.0
#include "hls/digest_batch/submission_taker.h"

#include "hls/datapath/batch_rules.h"
#include "hls/datapath/cycles.h"
#include "hls/movers/memory_latency.h"

namespace fabric {
namespace {

constexpr uint32_t kListWordsMax =
    PENSTOCK_EXTENT_CHUNKS_MAX / kChunksInWord + 1;  // from any place in a word

// What the header says of all submissions; DONE where it has no objection.
uint32_t batch_status(const RequestHeader& header) {
#pragma HLS INLINE
  if (!header_is_sound(header) || header.operation != PENSTOCK_DIGEST) return PENSTOCK_MALFORMED;
  const bool can = codec_is_known(header.codec) && header.hash == PENSTOCK_HASH_SHA2_256;
  return can ? PENSTOCK_DONE : PENSTOCK_UNSUPPORTED;
}

// Reads a submission's part of the chunk list; its first chunk is the one at `first % kChunksInWord`.
void read_list(const Word* request, const RequestHeader& header, const Submission& submission,
               Word list[kListWordsMax]) {
#pragma HLS INLINE
  const uint64_t first_word = header.chunks_offset / kWordBytes + submission.first_chunk / kChunksInWord;
  const uint32_t skipped = submission.first_chunk % kChunksInWord;
  const uint32_t words =
      submission.chunks == 0 ? 0 : (skipped + submission.chunks + kChunksInWord - 1) / kChunksInWord;
words:
  for (uint32_t i = 0; i < kListWordsMax; ++i) {
#pragma HLS PIPELINE II = 1
    if (i >= words) break;
    list[i] = request[first_word + i];
  }
  HLS_CYCLES("take_submissions", words + kMemoryLatency);
}

ChunkPlace chunk_of(const Word list[kListWordsMax], const Submission& submission, uint32_t i) {
#pragma HLS INLINE
  const uint32_t at = submission.first_chunk % kChunksInWord + i;
  return decode_chunk(list[at / kChunksInWord], at % kChunksInWord);
}

bool list_is_sound(const Word list[kListWordsMax], const Submission& submission) {
#pragma HLS INLINE
  bool sound = true;
  uint32_t from = 0;
chunks:
  for (uint32_t i = 0; i < PENSTOCK_EXTENT_CHUNKS_MAX; ++i) {
#pragma HLS PIPELINE II = 1
    if (i >= submission.chunks) break;
    const ChunkPlace chunk = chunk_of(list, submission, i);
    sound = sound && chunk_is_sound(chunk, from, submission.input_bytes);
    from = chunk.offset + chunk.bytes;
  }
  HLS_CYCLES("take_submissions", submission.chunks);
  return sound;
}

void write_jobs(const Word list[kListWordsMax], const Submission& submission, hls::stream<ChunkJob>& jobs) {
#pragma HLS INLINE
chunks:
  for (uint32_t i = 0; i < PENSTOCK_EXTENT_CHUNKS_MAX; ++i) {
#pragma HLS PIPELINE II = 1
    if (i >= submission.chunks) break;
    const ChunkPlace chunk = chunk_of(list, submission, i);
    const ChunkJob job = {submission.input_offset + chunk.offset, chunk.bytes, false};
    jobs.write(job);
  }
  HLS_CYCLES("take_submissions", submission.chunks);
}

}  // namespace

void take_submissions(const Word* request, hls::stream<ChunkJob>& jobs, hls::stream<PlannedAnswer>& plans) {
  Word list[kListWordsMax];
#pragma HLS BIND_STORAGE variable = list type = ram_2p impl = bram
  const RequestHeader header = decode_header(request[0]);
  HLS_CYCLES("take_submissions", kMemoryLatency);
  const uint32_t status_of_all = batch_status(header);
  if (submissions_in_range(header)) {
  submissions:
    for (uint32_t i = 0; i < PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 256
      if (i >= header.submissions) break;
      const Submission submission = decode_submission(request[1 + i]);
      HLS_CYCLES("take_submissions", kMemoryLatency);
      uint32_t status = status_of_all;
      if (status == PENSTOCK_DONE &&
          !(extent_is_sound(header, submission) && chunk_range_is_sound(header, submission))) {
        status = PENSTOCK_MALFORMED;
      }
      if (status == PENSTOCK_DONE) {
        read_list(request, header, submission, list);
        if (!list_is_sound(list, submission)) status = PENSTOCK_MALFORMED;
      }
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
