// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the processes of the LZ4 compressor hand to each other, and its parameters. docs/hls.md tells how they
// were chosen.

#include <stdint.h>

#include "hls/datapath/byte_lanes.h"
#include "hls/datapath/extent_records.h"
#include "hls/datapath/lz4_block.h"

namespace fabric {

// Engines of a card, side by side, as many as URAM has room for: at an assumed 300 MHz and a beat in three
// clocks, as modelled, 38 Gb/s.
constexpr uint32_t kEncodeEngines = 6;

// The table of places that were seen.
constexpr uint32_t kTableBanks = 16;
constexpr uint32_t kTableRows = 1024;
constexpr uint32_t kHashBytes = 5;
// Bytes of a place that its entry keeps, from it on and before it: what is compared with no look at the
// history.
constexpr uint32_t kEntryBytes = 16;
constexpr uint32_t kEntryBytesBefore = 3;
// Bits of a position in the table, which counts on from extent to extent until the table is cleared.
constexpr int kPositionBits = 24;
constexpr int kPositionBitsMin =
    22;  // an extent and the gap before it fit; for tests, which see it clear often

// Literals, then a match; match_bytes is 0 in the last sequence of an extent and there alone.
struct Sequence {
  uint32_t literals;
  uint32_t match_bytes;
  uint16_t offset;
};

// 1 to 8 literals, the first lowest, zeros above. They may belong to two sequences that follow each other.
struct LiteralPiece {
  uint64_t bytes;
  uint8_t count;
};

// Up to 16 bytes of a payload; the last piece of it has `end` set.
struct EncodedPiece {
  ByteRow row;
  bool end;
};

// Literals stand behind a length that is known when they end: all pieces of an extent, one a beat, have to
// find room.
constexpr int kLiteralPiecesDepth = PENSTOCK_EXTENT_BYTES_MAX / kBeatBytes;

}  // namespace fabric
