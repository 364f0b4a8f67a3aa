// SPDX-License-Identifier: Apache-2.0
#include "hls/extents/submission_check.h"

#include "hls/datapath/cycles.h"
#include "hls/movers/memory_latency.h"

namespace fabric {
namespace {

void read_list(const Word* request, const RequestHeader& header, const Submission& submission,
               ChunkWords& list) {
#pragma HLS INLINE
  const uint64_t first_word = header.chunks_offset / kWordBytes + submission.first_chunk / kChunksInWord;
  const uint32_t skipped = submission.first_chunk % kChunksInWord;
  const uint32_t words = (skipped + submission.chunks + kChunksInWord - 1) / kChunksInWord;
each_word:
  for (uint32_t i = 0; i < kChunkWordsMax; ++i) {
#pragma HLS PIPELINE II = 1
    if (i >= words) break;
    list.words[i] = request[first_word + i];
  }
  HLS_CYCLES("take_submissions", words + kMemoryLatency);
}

bool list_is_sound(const ChunkWords& list, const Submission& submission) {
#pragma HLS INLINE
  bool sound = true;
  uint32_t from = 0;
each_chunk:
  for (uint32_t i = 0; i < PENSTOCK_EXTENT_CHUNKS_MAX; ++i) {
#pragma HLS PIPELINE II = 1
    if (i >= submission.chunks) break;
    const ChunkPlace chunk = chunk_at(list, submission, i);
    sound = sound && chunk_is_sound(chunk, from, submission.input_bytes);
    from = chunk.offset + chunk.bytes;
  }
  HLS_CYCLES("take_submissions", submission.chunks);
  return sound;
}

}  // namespace

ChunkPlace chunk_at(const ChunkWords& list, const Submission& submission, uint32_t i) {
#pragma HLS INLINE
  const uint32_t at = submission.first_chunk % kChunksInWord + i;
  return decode_chunk(list.words[at / kChunksInWord], at % kChunksInWord);
}

uint32_t check_submission(const Word* request, const RequestHeader& header, const Submission& submission,
                          ChunkWords& list) {
#pragma HLS INLINE
  if (!extent_is_sound(header, submission) || !chunk_range_is_sound(header, submission))
    return PENSTOCK_MALFORMED;
  if (submission.chunks == 0) return PENSTOCK_DONE;
  read_list(request, header, submission, list);
  return list_is_sound(list, submission) ? PENSTOCK_DONE : PENSTOCK_MALFORMED;
}

}  // namespace fabric
