// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/range_field.h"

namespace penstock {

// The parameter entity-bytes=FROM:TO of a CAR request
// (https://specs.ipfs.tech/http-gateways/trustless-gateway/): both ends belong to it, negative ones count
// from the end of the file, and TO may be '*', the end.
struct EntityBytes {
  int64_t from = 0;
  std::optional<int64_t> to;

  // Of a file of `bytes` bytes, as far as it lies in it; empty: of no byte.
  ByteSlice of(uint64_t bytes) const;
  // No byte of the file lies in it, although it asks for some.
  bool outside(uint64_t bytes) const;

  friend bool operator==(const EntityBytes&, const EntityBytes&) = default;
};

std::optional<EntityBytes> parse_entity_bytes(std::string_view text);

}  // namespace penstock
