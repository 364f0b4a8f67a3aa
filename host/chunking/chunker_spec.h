// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace penstock {

// Which boundaries to cut at; written in store.toml and in commits. docs/chunker.md is the definition.
struct ChunkerSpec {
  enum class Kind : uint8_t { cdc, fixed };

  Kind kind = Kind::cdc;
  uint32_t min = 16 << 10;  // bytes; for fixed all three are SIZE
  uint32_t avg = 64 << 10;  // a power of two
  uint32_t max = 256 << 10;

  // Bytes of the leaves that a zero run is split into: 1 MiB for cdc, the grid's SIZE for fixed.
  uint32_t zero_leaf_bytes() const;

  friend bool operator==(const ChunkerSpec&, const ChunkerSpec&) = default;
};

// "cdc:16K:64K:256K" or "fixed:1M". usage error with what is allowed: 64 ≤ MIN ≤ AVG ≤ MAX ≤ 1M, AVG a power
// of two from 256; 1 ≤ SIZE ≤ 1M.
Result<ChunkerSpec> parse_chunker(std::string_view text);
std::string chunker_text(const ChunkerSpec& spec);

}  // namespace penstock
