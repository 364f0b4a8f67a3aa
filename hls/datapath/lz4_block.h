// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers of the LZ4 block format (doc/lz4_Block_format.md of the LZ4 project), in bytes. A block is a row of
// sequences: a token, a literal length, literals, an offset of two bytes and a match length; the last one
// ends behind its literals.

#include <stdint.h>

namespace fabric {

constexpr uint32_t kMatchBytesMin = 4;
constexpr uint32_t kOffsetMax = 65535;
constexpr uint32_t kLastLiterals = 5;        // the last bytes of an extent are literals
constexpr uint32_t kLastMatchDistance = 12;  // no match begins nearer to the end
constexpr uint32_t kTokenLengthMax = 15;     // in a token's half: more follows in bytes of their own
constexpr uint32_t kLengthByteMax = 255;     // and another byte follows

// The bytes that an engine can be referred back to, and their beats in two halves, even and odd: eight bytes
// from any byte on lie in one beat of each.
constexpr uint32_t kHistoryBytes = 65536;
constexpr uint32_t kHistoryRows = kHistoryBytes / 8 / 2;
// Beats before the current one that stay in registers: a memory that is read as it is written answers late.
constexpr uint32_t kRecentBeats = 8;

}  // namespace fabric
