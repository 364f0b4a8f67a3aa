// SPDX-License-Identifier: Apache-2.0
#pragma once

// What goes through the channels between the processes that digest chunks (chunk_digests.h).
//
// Slots hold a chunk each; a *row* is what all slots bring to the pipe in one turn: up to kRowBlocks blocks a
// slot, of one chunk or of several short ones behind each other.

#include <stdint.h>

#include "hls/datapath/words.h"
#include "hls/sha256/sha256_rounds.h"

namespace fabric {

constexpr uint32_t kDigestSlots = 72;
static_assert(kDigestSlots > kSha256Latency, "a slot's state is back before its next block enters");
constexpr uint32_t kRowBlocks = 16;  // of a slot: bursts of 1 KiB
constexpr uint32_t kRowBlocksMax = kDigestSlots * kRowBlocks;
// Chunks between the oldest one that is not digested and the youngest one that is begun; a power of two.
// Digests leave in the order of their chunks, and this is how many can wait.
constexpr uint32_t kDigestWindow = 1024;

// A message to digest. `end` comes once, behind the last one, with none.
struct ChunkJob {
  uint64_t address;  // bytes from the begin of memory
  uint32_t bytes;
  bool end;
};

// What a slot takes of its chunk in one row. Of a row's end and of the batch's end only `row_end` and `end`
// count.
struct Piece {
  uint32_t chunk_bytes;  // of the whole message
  uint32_t data_left;    // bytes of the message from here on, those of this piece included
  uint16_t sequence;     // place of the chunk among all, modulo kDigestWindow
  uint8_t slot;
  uint8_t blocks;  // 1 to kRowBlocks, padding included
  uint8_t shift;   // bytes from a word's begin to the chunk's
  bool first;      // of the chunk
  bool last;
  bool marked;  // the byte 0x80 behind the message has been before
  bool row_end;
  bool end;
};

// 64 bytes of a padded message.
struct MessageBlock {
  Word data;
  uint16_t sequence;
  uint16_t skipped;  // clocks that the pipe gets nothing before this block: slots of a round that had none
  uint8_t slot;
  bool first;  // of its message
  bool last;
  bool row_end;
  bool end;
};

struct FinishedDigest {
  ap_uint<256> digest;
  uint16_t sequence;
  bool end;
};

}  // namespace fabric
