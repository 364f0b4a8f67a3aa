// SPDX-License-Identifier: Apache-2.0
#include "hls/lz4_compress/write_sequences.h"

#include "hls/datapath/cycles.h"

namespace fabric {
namespace {

// What the next step begins with.
enum Phase : uint8_t { kToken, kLiteralLength, kLiterals, kMatch, kMatchLength };

// Most bytes of a length that one step writes: on their own, and behind token, literals and offset.
constexpr uint32_t kLengthBytes = 8;
constexpr uint32_t kLengthBytesBehind = 5;

struct Writer {
  Sequence sequence;
  Phase phase;
  uint32_t length_left;    // of the length whose bytes are being written
  uint32_t literals_left;  // of the sequence
  LiteralPiece taken;      // read, and not yet written
};

uint32_t match_length(const Sequence& sequence) {
  return sequence.match_bytes == 0 ? 0 : sequence.match_bytes - kMatchBytesMin;
}

uint32_t token_length(uint32_t length) {
  return length < kTokenLengthMax ? length : kTokenLengthMax;
}

// Writes up to `bytes_max` bytes of a length: 255 for as long as 255 or more is left, then what is left. True
// when that was its last byte.
bool write_length(uint32_t& left, uint32_t bytes_max, ByteRow& row) {
#pragma HLS INLINE
  uint32_t full = 0;
each_byte:
  for (uint32_t i = 1; i <= kLengthBytes; ++i) {
#pragma HLS UNROLL
    if (i <= bytes_max && left >= i * kLengthByteMax) full = i;
  }
  left -= full * kLengthByteMax;
  append(row, low_bytes(~uint64_t(0), full), full);
  if (full == bytes_max) return false;
  append(row, left, 1);
  return true;
}

void write_token(Writer& writer, ByteRow& row) {
#pragma HLS INLINE
  const uint32_t literals = writer.sequence.literals;
  append(row, token_length(literals) << 4 | token_length(match_length(writer.sequence)), 1);
  writer.literals_left = literals;
  writer.length_left = literals - kTokenLengthMax;
  writer.phase = literals >= kTokenLengthMax ? kLiteralLength : kLiterals;
}

void write_literals(Writer& writer, hls::stream<LiteralPiece>& literals, ByteRow& row) {
#pragma HLS INLINE
  if (writer.literals_left != 0) {
    if (writer.taken.count == 0) writer.taken = literals.read();
    const uint32_t there = writer.taken.count;
    const uint32_t count = there < writer.literals_left ? there : writer.literals_left;
    append(row, low_bytes(writer.taken.bytes, count), count);
    writer.taken.bytes = shifted_down(writer.taken.bytes, count);
    writer.taken.count = static_cast<uint8_t>(there - count);
    writer.literals_left -= count;
  }
  if (writer.literals_left == 0) writer.phase = kMatch;
}

void write_match(Writer& writer, ByteRow& row) {
#pragma HLS INLINE
  append(row, writer.sequence.offset, 2);
  const uint32_t length = match_length(writer.sequence);
  writer.phase = kToken;
  if (length < kTokenLengthMax) return;
  writer.length_left = length - kTokenLengthMax;
  if (!write_length(writer.length_left, kLengthBytesBehind, row)) writer.phase = kMatchLength;
}

// One step; true when it wrote the last byte of a payload.
bool write_step(Writer& writer, hls::stream<Sequence>& sequences, hls::stream<LiteralPiece>& literals,
                ByteRow& row) {
#pragma HLS INLINE
  if (writer.phase == kToken) {
    writer.sequence = sequences.read();
    write_token(writer, row);
  } else if (writer.phase == kLiteralLength) {
    if (write_length(writer.length_left, kLengthBytes, row)) writer.phase = kLiterals;
    return false;
  } else if (writer.phase == kMatchLength) {
    if (write_length(writer.length_left, kLengthBytes, row)) writer.phase = kToken;
    return false;
  }
  if (writer.phase == kLiterals) write_literals(writer, literals, row);
  if (writer.phase != kMatch) return false;
  if (writer.sequence.match_bytes == 0) return true;
  write_match(writer, row);
  return false;
}

uint32_t write_block(Writer& writer, hls::stream<Sequence>& sequences, hls::stream<LiteralPiece>& literals,
                     hls::stream<EncodedPiece>& pieces) {
  uint32_t steps = 0;
  bool end = false;
  writer.phase = kToken;
  writer.taken.count = 0;
each_step:
  while (!end) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 400000
    EncodedPiece piece = {{0, 0, 0}, false};
    end = write_step(writer, sequences, literals, piece.row);
    piece.end = end;
    pieces.write(piece);
    ++steps;
  }
  return steps;
}

}  // namespace

void write_sequences(hls::stream<ExtentJob>& jobs, hls::stream<Sequence>& sequences,
                     hls::stream<LiteralPiece>& literals, hls::stream<ExtentJob>& jobs_on,
                     hls::stream<EncodedPiece>& pieces, unsigned unit) {
  Writer writer = {};
each_job:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const ExtentJob job = jobs.read();
    jobs_on.write(job);
    if (job.end) break;
    const uint32_t steps = write_block(writer, sequences, literals, pieces);
    HLS_CYCLES_OF("write_sequences", unit, steps);
  }
}

}  // namespace fabric
