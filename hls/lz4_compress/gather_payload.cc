// SPDX-License-Identifier: Apache-2.0
#include "hls/lz4_compress/gather_payload.h"

#include "hls/datapath/cycles.h"

namespace fabric {
namespace {

constexpr uint32_t kRowBytes = 16;
constexpr uint32_t kBeatsInWord = kWordBytes / kBeatBytes;

// The word that is being filled. `beats` hold its rows of 16 bytes, `row` what does not make one yet.
struct Filling {
  uint64_t beats[kBeatsInWord];
  uint32_t rows;
  ByteRow row;
};

Word joined(const uint64_t beats[kBeatsInWord]) {
#pragma HLS INLINE
  Word word = 0;
each_beat:
  for (uint32_t i = 0; i < kBeatsInWord; ++i) {
#pragma HLS UNROLL
    word.range(static_cast<int>(64 * i + 63), static_cast<int>(64 * i)) = beats[i];
  }
  return word;
}

// The row moves into the word, the word out where that fills it. True where it did.
bool place_row(Filling& filling, Word& word) {
#pragma HLS INLINE
  filling.beats[2 * filling.rows] = filling.row.low;
  filling.beats[2 * filling.rows + 1] = filling.row.high;
  filling.rows = (filling.rows + 1) % (kBeatsInWord / 2);
  if (filling.rows != 0) return false;
  word = joined(filling.beats);
  return true;
}

// Adds a piece; true where that filled the word.
bool add_piece(Filling& filling, const ByteRow& piece, Word& word) {
#pragma HLS INLINE
  const ByteRow raised = raised_by(piece, filling.row.count);
  filling.row.low |= raised.low;
  filling.row.high |= raised.high;
  const uint32_t free = kRowBytes - filling.row.count;
  filling.row.count += piece.count;
  if (piece.count < free) return false;
  ByteRow rest = piece;
  drop(rest, free);
  const bool full = place_row(filling, word);
  filling.row = rest;
  return full;
}

OutputResult gather_extent(const ExtentJob& job, hls::stream<EncodedPiece>& pieces,
                           hls::stream<OutputWord>& payload, unsigned unit) {
  const uint32_t smaller = job.input_bytes == 0 ? 0 : job.input_bytes - 1;
  const uint32_t bytes_max = job.output_bytes_max < smaller ? job.output_bytes_max : smaller;
  Filling filling = {{}, 0, {0, 0, 0}};
#pragma HLS ARRAY_PARTITION variable = filling.beats complete
  uint32_t bytes = 0;
  uint32_t words_bytes = 0;
  uint32_t steps = 0;
  bool end = false;
each_piece:
  while (!end) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 400000
    const EncodedPiece piece = pieces.read();
    OutputWord full = {0, false};
    bytes += piece.row.count;
    end = piece.end;
    if (add_piece(filling, piece.row, full.word)) {
      words_bytes += kWordBytes;
      if (words_bytes <= bytes_max) payload.write(full);
    }
    ++steps;
  }
  if (bytes > words_bytes && bytes <= bytes_max) {
    OutputWord last = {0, false};
  clear_rest:
    for (uint32_t i = 0; i < kBeatsInWord; ++i) {
#pragma HLS UNROLL
      if (i == 2 * filling.rows) filling.beats[i] = filling.row.low;
      if (i == 2 * filling.rows + 1) filling.beats[i] = filling.row.high;
      if (i > 2 * filling.rows + 1) filling.beats[i] = 0;
    }
    last.word = joined(filling.beats);
    payload.write(last);
  }
  const OutputWord behind = {0, true};
  payload.write(behind);
  HLS_CYCLES_OF("gather_payload", unit, steps + 2);
  const OutputResult result = {bytes <= bytes_max ? bytes : 0, bytes <= bytes_max};
  return result;
}

}  // namespace

void gather_payload(hls::stream<ExtentJob>& jobs, hls::stream<EncodedPiece>& pieces,
                    hls::stream<OutputWord>& payload, hls::stream<OutputResult>& results, unsigned unit) {
each_job:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const ExtentJob job = jobs.read();
    if (job.end) break;
    results.write(gather_extent(job, pieces, payload, unit));
  }
}

}  // namespace fabric
