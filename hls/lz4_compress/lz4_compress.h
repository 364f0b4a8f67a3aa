// SPDX-License-Identifier: Apache-2.0
#pragma once

// A compressor of LZ4 blocks, eight bytes a step: a dataflow region of four processes.
// One launch encodes a row of extents; nothing is kept from one launch to the next.

#include <hls_stream.h>

#include "hls/datapath/dataflow.h"
#include "hls/lz4_compress/find_matches.h"
#include "hls/lz4_compress/gather_payload.h"
#include "hls/lz4_compress/lz4_encoding.h"
#include "hls/lz4_compress/split_words.h"
#include "hls/lz4_compress/write_sequences.h"

namespace fabric {

// Takes jobs up to and with the one that is the end, and for each of them the words that its bytes lie in;
// gives the payload's words and a result. `unit` tells engines apart where cycles are counted.
template <int POSITION_BITS = kPositionBits>
void lz4_compress(hls::stream<ExtentJob>& jobs, hls::stream<Word>& words, hls::stream<OutputWord>& payload,
                  hls::stream<OutputResult>& results, unsigned unit) {
#pragma HLS DATAFLOW
  HLS_REGION(lz4_compress);
  hls::stream<ExtentJob, 2> jobs_to_find("lz4_compress.jobs_to_find");
  hls::stream<ExtentJob, 2> jobs_to_write("lz4_compress.jobs_to_write");
  hls::stream<ExtentJob, 2> jobs_to_gather("lz4_compress.jobs_to_gather");
  hls::stream<uint64_t, 16> beats("lz4_compress.beats");
  hls::stream<Sequence, 512> sequences("lz4_compress.sequences");
  hls::stream<LiteralPiece, kLiteralPiecesDepth> literals("lz4_compress.literals");
  hls::stream<EncodedPiece, 16> pieces("lz4_compress.pieces");
#pragma HLS BIND_STORAGE variable = literals type = fifo impl = uram
  HLS_PROCESS(split, split_words(jobs, words, jobs_to_find, beats, unit));
  HLS_PROCESS(find,
              find_matches<POSITION_BITS>(jobs_to_find, beats, jobs_to_write, sequences, literals, unit));
  HLS_PROCESS(write, write_sequences(jobs_to_write, sequences, literals, jobs_to_gather, pieces, unit));
  HLS_PROCESS(gather, gather_payload(jobs_to_gather, pieces, payload, results, unit));
}

}  // namespace fabric
