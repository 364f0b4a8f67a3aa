// SPDX-License-Identifier: Apache-2.0
#include "hls/sha256/chunk_dealer.h"

#include "hls/datapath/cycles.h"

namespace fabric {
namespace {

// What is left of the chunk that a slot holds.
struct SlotChunk {
  uint64_t address;
  uint32_t bytes;
  uint32_t data_left;
  uint32_t blocks_left;
  uint32_t sequence;
  bool first;
  bool busy;
};

SlotChunk begun(const ChunkJob& job, uint32_t sequence) {
#pragma HLS INLINE
  // FIPS 180-4, 5.1.1: behind the message a byte 0x80, zeros, and 8 bytes of its length.
  const uint32_t blocks = job.bytes / 64 + (job.bytes % 64 < 56 ? 1 : 2);
  const SlotChunk chunk = {job.address, job.bytes, job.bytes, blocks, sequence, true, true};
  return chunk;
}

Piece piece_of(const SlotChunk& chunk, uint32_t slot, uint32_t blocks) {
#pragma HLS INLINE
  Piece piece;
  piece.chunk_bytes = chunk.bytes;
  piece.data_left = chunk.data_left;
  piece.sequence = static_cast<uint16_t>(chunk.sequence % kDigestWindow);
  piece.slot = static_cast<uint8_t>(slot);
  piece.blocks = static_cast<uint8_t>(blocks);
  piece.shift = static_cast<uint8_t>(chunk.address % kWordBytes);
  piece.first = chunk.first;
  piece.last = blocks == chunk.blocks_left;
  piece.marked = chunk.data_left == 0 && chunk.bytes % 64 != 0;
  piece.row_end = false;
  piece.end = false;
  return piece;
}

Burst burst_of(const SlotChunk& chunk, uint32_t data) {
#pragma HLS INLINE
  // The word in which the chunk's last piece ended has been read.
  const bool has_word = !chunk.first && chunk.address % kWordBytes != 0;
  const uint64_t from = chunk.address / kWordBytes + (has_word ? 1 : 0);
  const uint64_t to = (chunk.address + data + kWordBytes - 1) / kWordBytes;
  const Burst burst = {from, data == 0 ? 0 : static_cast<uint32_t>(to - from), false};
  return burst;
}

Piece marker(bool row_end, bool end) {
#pragma HLS INLINE
  const Piece piece = {0, 0, 0, 0, 0, 0, false, false, false, row_end, end};
  return piece;
}

}  // namespace

void deal_chunks(hls::stream<ChunkJob>& jobs, hls::stream<Burst>& bursts, hls::stream<Piece>& pieces) {
  SlotChunk slots[kDigestSlots];
#pragma HLS BIND_STORAGE variable = slots type = ram_2p impl = lutram
clear:
  for (uint32_t slot = 0; slot < kDigestSlots; ++slot) {
#pragma HLS PIPELINE II = 1
    slots[slot].busy = false;
  }
  ChunkJob job = jobs.read();
  uint32_t sequence = 0;  // of `job`
  uint32_t oldest = 0;    // no chunk before this one is unfinished
  uint32_t row_oldest = 0;
  uint32_t slot = 0;
  uint32_t room = kRowBlocks;
  bool row_holds = false;  // a slot of the row holds a chunk beyond the row
  uint64_t cycles = kDigestSlots;
steps:
  for (uint64_t step = 0; step < kStepsMax; ++step) {
#pragma HLS PIPELINE II = 2
    cycles += 2;
    SlotChunk chunk = slots[slot];
    if (!chunk.busy && !job.end && sequence - oldest < kDigestWindow) {
      chunk = begun(job, sequence);
      ++sequence;
      job = jobs.read();
    }
    const bool deals = chunk.busy;
    if (deals) {
      const uint32_t blocks = chunk.blocks_left < room ? chunk.blocks_left : room;
      const uint32_t data = chunk.data_left < 64 * blocks ? chunk.data_left : 64 * blocks;
      const Burst burst = burst_of(chunk, data);
      if (burst.words != 0) bursts.write(burst);
      pieces.write(piece_of(chunk, slot, blocks));
      chunk.address += data;
      chunk.data_left -= data;
      chunk.blocks_left -= blocks;
      chunk.first = false;
      chunk.busy = chunk.blocks_left != 0;
      room -= blocks;
    }
    slots[slot] = chunk;
    if (deals && room != 0) continue;
    if (chunk.busy && (!row_holds || chunk.sequence - oldest < row_oldest - oldest)) {
      row_oldest = chunk.sequence;
      row_holds = true;
    }
    room = kRowBlocks;
    ++slot;
    if (slot < kDigestSlots) continue;
    pieces.write(marker(true, false));
    if (job.end && !row_holds) break;
    oldest = row_holds ? row_oldest : sequence;
    slot = 0;
    row_holds = false;
  }
  const Burst no_more = {0, 0, true};
  bursts.write(no_more);
  pieces.write(marker(false, true));
  HLS_CYCLES("deal_chunks", cycles);
}

}  // namespace fabric
