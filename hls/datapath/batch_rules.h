// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a kernel checks of a batch before it works on it (kernels/abi/abi.md, "What a kernel checks").

#include "hls/datapath/words.h"

namespace fabric {

// Completions can be placed: the header says how many there are.
inline bool submissions_in_range(const RequestHeader& header) {
#pragma HLS INLINE
  return header.submissions >= 1 && header.submissions <= PENSTOCK_SUBMISSIONS_MAX;
}

// A header with as many submissions as there may be, that nothing else contradicts. Records end before 2^40,
// so that sums of 64 bits do not wrap. More chunks than all submissions may have are a contradiction too: it
// bounds what is read.
inline bool header_is_sound(const RequestHeader& header) {
#pragma HLS INLINE
  const uint64_t n = header.submissions;
  const bool known = header.magic == PENSTOCK_REQUEST_MAGIC && header.abi_version == PENSTOCK_ABI_VERSION;
  const bool aligned = header.chunks_offset % kWordBytes == 0 && header.digests_offset % kWordBytes == 0;
  const bool apart = header.chunks == 0 || (header.chunks_offset >= kWordBytes * (n + 1) &&
                                            header.digests_offset >= kWordBytes * n);
  return known && aligned && apart && header.chunks <= n * PENSTOCK_EXTENT_CHUNKS_MAX;
}

// The extent lies in the input and is not too long.
inline bool extent_is_sound(const RequestHeader& header, const Submission& submission) {
#pragma HLS INLINE
  return submission.input_offset % kWordBytes == 0 && submission.input_bytes <= PENSTOCK_EXTENT_BYTES_MAX &&
         submission.input_offset <= header.input_bytes &&
         submission.input_bytes <= header.input_bytes - submission.input_offset;
}

// Its chunks lie in the list.
inline bool chunk_range_is_sound(const RequestHeader& header, const Submission& submission) {
#pragma HLS INLINE
  return submission.chunks <= PENSTOCK_EXTENT_CHUNKS_MAX &&
         uint64_t(submission.first_chunk) + submission.chunks <= header.chunks;
}

// The chunk begins at `from` (where the one before it ends) or later and ends in the extent.
inline bool chunk_is_sound(const ChunkPlace& chunk, uint32_t from, uint32_t input_bytes) {
#pragma HLS INLINE
  return chunk.offset >= from && chunk.offset <= input_bytes && chunk.bytes <= input_bytes - chunk.offset;
}

// What the header says of all submissions; DONE where a kernel of these operations (PENSTOCK_OPERATION_BIT)
// has no objection. Codec and hash are what the operation needs, or none where it needs none.
inline uint32_t status_of(const RequestHeader& header, uint32_t operations) {
#pragma HLS INLINE
  const bool has = header.operation < 32 && (operations >> header.operation & 1) != 0;
  if (!header_is_sound(header) || !has) return PENSTOCK_MALFORMED;
  const bool digests = header.operation == PENSTOCK_DIGEST || header.operation == PENSTOCK_DIGEST_ENCODE;
  const bool hash_fits =
      header.hash == PENSTOCK_HASH_SHA2_256 || (!digests && header.hash == PENSTOCK_HASH_NONE);
  const bool codec_fits = header.codec == PENSTOCK_CODEC_LZ4 ||
                          (header.operation == PENSTOCK_DIGEST && header.codec == PENSTOCK_CODEC_NONE);
  return hash_fits && codec_fits ? PENSTOCK_DONE : PENSTOCK_UNSUPPORTED;
}

}  // namespace fabric
