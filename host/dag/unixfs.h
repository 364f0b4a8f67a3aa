// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace penstock {

enum class UnixfsType : uint8_t {
  raw = 0,
  directory = 1,
  file = 2,
  metadata = 3,
  symlink = 4,
  hamt_shard = 5
};

inline constexpr uint64_t kHamtFanout = 256;
inline constexpr uint64_t kHamtHashType = 0x22;  // murmur3-x64-64

// The message in a dag-pb node's Data (https://specs.ipfs.tech/unixfs/). Mode and mtime are read and dropped:
// our content has neither (docs/tree.md).
struct UnixfsData {
  UnixfsType type = UnixfsType::file;
  Bytes data;               // borrowed: inline content, symlink target, or a HAMT's bit field
  uint64_t file_bytes = 0;  // raw and file: inline content and all blocks
  std::vector<uint64_t> block_bytes;
  uint64_t hash_type = 0;  // hamt_shard
  uint64_t fanout = 0;     // hamt_shard
};

// corrupt error: malformed, a field unknown or twice, or a filesize that is not the sum of inline data and
// block sizes or passes kFileBytesMax.
Result<UnixfsData> decode_unixfs(Bytes message);
// file_bytes is written for raw and file, hash_type and fanout where not 0, data where not empty.
std::vector<uint8_t> encode_unixfs(const UnixfsData& message);

}  // namespace penstock
