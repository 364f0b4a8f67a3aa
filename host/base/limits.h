// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

inline constexpr uint64_t kKiB = uint64_t{1} << 10;
inline constexpr uint64_t kMiB = uint64_t{1} << 20;
inline constexpr uint64_t kGiB = uint64_t{1} << 30;
inline constexpr uint64_t kTiB = uint64_t{1} << 40;

// Design limits of the formats; the decoders refuse what passes them (docs/limits.md).
inline constexpr uint32_t kBlockBytesMax = 2 * kMiB;     // raw bytes of one block: leaf, node or commit
inline constexpr uint32_t kLeafBytesMax = 1 * kMiB;      // raw bytes of a leaf that we cut
inline constexpr uint32_t kFrameBytesMax = 2 * kMiB;     // raw bytes of one frame (one record)
inline constexpr uint32_t kFrameBytesAim = 1 * kMiB;     // what a put aims at with chunks (docs/codecs.md)
inline constexpr uint32_t kFrameChunksMax = 4096;        // chunks in one frame
inline constexpr uint64_t kSegmentBytesMax = 64 * kMiB;  // a segment file, footer included
inline constexpr uint64_t kFileBytesMax = (uint64_t{1} << 63) - 1;  // raw bytes of one file

}  // namespace penstock
