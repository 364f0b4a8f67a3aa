// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "unit/hls_lz4/sample_extents.h"

namespace penstock {

// A job of the compressor or of the decompressor, and what became of it.
struct EngineJob {
  std::span<const uint8_t> input;
  uint32_t output_bytes_max = 0;
};
struct EngineOutput {
  bool done = false;
  uint32_t bytes = 0;
  Bytes words;   // all that was given, whole words
  Bytes output;  // its first bytes
};

// What the last word has behind the output is zeros, and nothing of what was there before.
bool ends_in_zeros(const EngineOutput& output);

// One launch of the compressor; jobs up to 256. With few bits of position the table is cleared often.
std::vector<EngineOutput> launch_compressor(const std::vector<EngineJob>& jobs,
                                            bool few_position_bits = false);
std::vector<EngineOutput> launch_decompressor(const std::vector<EngineJob>& jobs);

// What liblz4 makes of it.
Bytes liblz4_payload(std::span<const uint8_t> raw);
// The raw bytes of exactly that length; empty and false where liblz4 refuses.
bool liblz4_decodes(std::span<const uint8_t> payload, size_t raw_bytes, Bytes& raw);

}  // namespace penstock
