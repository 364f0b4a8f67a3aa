// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

// How a frame's payload is encoded. On disk: these values are kept for ever (host/store/format.md).
enum class CodecId : uint16_t {
  stored = 0,   // the raw bytes themselves
  lz4 = 1,      // one LZ4 block (lz4_Block_format.md)
  zstd = 2,     // one zstd frame (RFC 8878)
  deflate = 3,  // one raw DEFLATE stream (RFC 1951)
};

// Multihash code of the function that made a digest (multiformats table).
enum class HashId : uint16_t {
  sha2_256 = 0x12,
};

// Multicodec of the bytes that a CID names (multiformats table).
enum class Multicodec : uint32_t {
  raw = 0x55,
  dag_pb = 0x70,
  dag_cbor = 0x71,
};

}  // namespace penstock
