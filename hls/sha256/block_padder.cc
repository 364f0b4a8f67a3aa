// SPDX-License-Identifier: Apache-2.0
#include "hls/sha256/block_padder.h"

#include "hls/datapath/cycles.h"
#include "hls/movers/realign.h"

namespace fabric {
namespace {

static_assert(kCarriedSteps == 3, "the distance that the pragma below has");

// The first `bytes` (0 to 63) of the data, a byte 0x80 behind them where it is due, and zeros.
Word ended(const Word& data, uint32_t bytes, bool mark) {
#pragma HLS INLINE
  Word block = 0;
lanes:
  for (uint32_t lane = 0; lane < kWordBytes; ++lane) {
#pragma HLS UNROLL
    const int bit = static_cast<int>(8 * lane);
    if (lane < bytes) block.range(bit + 7, bit) = data.range(bit + 7, bit);
    if (lane == bytes && mark) block.range(bit + 7, bit) = 0x80;
  }
  return block;
}

// The length in bits, big-endian, in the last 8 bytes.
void set_length(Word& block, uint32_t chunk_bytes) {
#pragma HLS INLINE
  const uint64_t bits = uint64_t(chunk_bytes) * 8;
bytes:
  for (int i = 0; i < 8; ++i) {
#pragma HLS UNROLL
    block.range(511 - 8 * i, 504 - 8 * i) = (bits >> (8 * i)) & 0xff;
  }
}

MessageBlock block_of(const Piece& piece, const Word& data, bool first, bool last) {
#pragma HLS INLINE
  const MessageBlock block = {data, piece.sequence, 0, piece.slot, first, last, piece.row_end, piece.end};
  return block;
}

}  // namespace

void pad_blocks(hls::stream<Piece>& pieces, hls::stream<Word>& words, hls::stream<MessageBlock>& blocks) {
  // Of each slot the last word read, whose end belongs to the slot's next block; `low` has the last slot's.
  Word carried[kDigestSlots];
#pragma HLS BIND_STORAGE variable = carried type = ram_2p impl = lutram
  Piece piece;
  Word low = 0;
  uint32_t low_slot = kDigestSlots;
  uint32_t blocks_left = 0;  // of the piece
  bool primes = false;       // the word in which the chunk begins is still to be read
  bool first = false;
  uint64_t cycles = 0;
  uint64_t carried_at[kDigestSlots];  // the step; for the count alone
  uint64_t too_soon = 0;
steps:
  for (uint64_t step = 0; step < kStepsMax; ++step) {
#pragma HLS PIPELINE II = 1
    // kCarriedSteps: a slot goes on a row later, and with a slot between, or its word is still in `low`.
#pragma HLS DEPENDENCE variable = carried type = inter direction = RAW distance = 3 dependent = true
    ++cycles;
    if (blocks_left == 0) {
      piece = pieces.read();
      if (piece.row_end || piece.end) {
        blocks.write(block_of(piece, 0, false, false));
        if (piece.end) break;
        continue;
      }
      if (!piece.first && piece.slot != low_slot) {
        low = carried[piece.slot];
        if (step - carried_at[piece.slot] < kCarriedSteps) ++too_soon;
      }
      low_slot = piece.slot;
      blocks_left = piece.blocks;
      primes = piece.first && piece.shift != 0 && piece.data_left != 0;
      first = piece.first;
    }
    if (primes) {
      low = words.read();
      primes = false;
      continue;
    }
    const uint32_t bytes = piece.data_left < kWordBytes ? piece.data_left : kWordBytes;
    const bool needs_word = piece.shift + bytes > (piece.shift == 0 ? 0 : kWordBytes);
    Word next = 0;
    if (needs_word) next = words.read();
    Word data = piece.shift == 0 ? next : realigned(low, next, piece.shift);
    if (bytes < kWordBytes) {
      data = ended(data, bytes, !piece.marked);
      piece.marked = true;
    }
    const bool last = piece.last && blocks_left == 1;
    if (last) set_length(data, piece.chunk_bytes);
    blocks.write(block_of(piece, data, first, last));
    low = next;
    piece.data_left -= bytes;
    first = false;
    --blocks_left;
    if (blocks_left != 0) continue;
    carried[piece.slot] = low;
    carried_at[piece.slot] = step;
  }
  HLS_CYCLES("pad_blocks", cycles);
  HLS_COUNT("carried_too_soon", too_soon);
}

}  // namespace fabric
