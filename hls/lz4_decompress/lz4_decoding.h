// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the processes of the LZ4 decompressor hand to each other.

#include <stdint.h>

#include "hls/datapath/byte_lanes.h"
#include "hls/datapath/extent_records.h"
#include "hls/datapath/lz4_block.h"

namespace fabric {

// Engines of a card, side by side: at an assumed 300 MHz and the five bytes a clock that are modelled for
// one, 100 Gb/s.
constexpr uint32_t kDecodeEngines = 8;

// What to do next: literals, then a match, of bytes that were raw bytes before. Both may be missing. The last
// command of a job has `end` set.
struct CopyCommand {
  uint64_t literals;
  uint8_t literal_count;  // 0 to 8
  uint16_t offset;        // 1 to the raw bytes before it
  uint32_t match_bytes;
  bool end;
  bool corrupt;  // with `end`: the payload is none
};

}  // namespace fabric
