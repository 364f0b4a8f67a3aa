// SPDX-License-Identifier: Apache-2.0
#include "hls/sha256/block_interleaver.h"

#include "hls/datapath/cycles.h"

namespace fabric {
namespace {

constexpr uint32_t kTurnClocks = 10;  // assumed: what it costs that the loop of steps ends and begins again

}  // namespace

void interleave_blocks(hls::stream<MessageBlock>& rows, hls::stream<MessageBlock>& rounds) {
  MessageBlock ring[2][kRowBlocksMax];
#pragma HLS AGGREGATE variable = ring compact = bit
#pragma HLS BIND_STORAGE variable = ring type = ram_2p impl = uram
  uint8_t counts[2][kDigestSlots];  // blocks of each slot in either half
#pragma HLS ARRAY_PARTITION variable = counts complete dim = 0
clear:
  for (uint32_t slot = 0; slot < kDigestSlots; ++slot) {
#pragma HLS UNROLL
    counts[1][slot] = 0;
  }
  uint32_t rounds_drained = 0;  // of the half that is drained: its longest slot's blocks
  uint16_t skipped = 0;
  uint64_t cycles = 0;
  bool ends = false;
turns:
  for (uint64_t turn = 0; turn < kStepsMax; ++turn) {
#pragma HLS LOOP_TRIPCOUNT min = 2 max = 8192
    const uint32_t fills = turn % 2;
    const uint32_t drains = 1 - fills;
  empty:
    for (uint32_t slot = 0; slot < kDigestSlots; ++slot) {
#pragma HLS UNROLL
      counts[fills][slot] = 0;
    }
    uint32_t rounds_filled = 0;
    uint32_t round = 0;
    uint32_t slot = 0;
    bool filled = false;
  steps:
    for (uint32_t step = 0; step < kRowBlocksMax + 1; ++step) {
#pragma HLS PIPELINE II = 1
#pragma HLS DEPENDENCE variable = ring type = inter dependent = false
      if (filled && round == rounds_drained) break;
      ++cycles;
      if (!filled) {
        const MessageBlock block = rows.read();
        filled = block.row_end || block.end;
        ends = block.end;
        if (!filled) {
          const uint8_t place = counts[fills][block.slot];
          ring[fills][block.slot * kRowBlocks + place] = block;
          counts[fills][block.slot] = static_cast<uint8_t>(place + 1);
          if (place + 1u > rounds_filled) rounds_filled = place + 1u;
        }
      }
      if (round != rounds_drained) {
        if (round < counts[drains][slot]) {
          MessageBlock block = ring[drains][slot * kRowBlocks + round];
          block.skipped = skipped;
          rounds.write(block);
          skipped = 0;
        } else {
          ++skipped;
        }
        ++slot;
        if (slot == kDigestSlots) {
          slot = 0;
          ++round;
        }
      }
    }
    cycles += kTurnClocks;
    rounds_drained = rounds_filled;
    if (ends) break;
  }
  const MessageBlock end = {0, 0, 0, 0, false, false, false, true};
  rounds.write(end);
  HLS_CYCLES("interleave_blocks", cycles);
}

}  // namespace fabric
