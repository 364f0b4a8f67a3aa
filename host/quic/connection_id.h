// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace penstock {

// A connection id as a key of tables.
struct ConnectionId {
  uint8_t bytes_used = 0;
  std::array<uint8_t, NGTCP2_MAX_CIDLEN> bytes{};

  ConnectionId() = default;
  // At most NGTCP2_MAX_CIDLEN bytes.
  explicit ConnectionId(Bytes from) : bytes_used(static_cast<uint8_t>(from.size())) {
    std::memcpy(bytes.data(), from.data(), from.size());
  }
  explicit ConnectionId(const ngtcp2_cid& from) : ConnectionId(Bytes(from.data, from.datalen)) {}

  ngtcp2_cid raw() const {
    ngtcp2_cid id;
    ngtcp2_cid_init(&id, bytes.data(), bytes_used);
    return id;
  }
  Bytes used() const { return Bytes(bytes).first(bytes_used); }

  friend bool operator==(const ConnectionId&, const ConnectionId&) = default;
};

// Clients choose the first id of a connection: without the keys they could choose ones that collide.
struct ConnectionIdHash {
  uint64_t key_low = 0;
  uint64_t key_high = 0;

  size_t operator()(const ConnectionId& id) const {
    uint64_t low = 0;
    uint64_t high = 0;
    uint32_t rest = 0;
    std::memcpy(&low, id.bytes.data(), sizeof low);
    std::memcpy(&high, id.bytes.data() + sizeof low, sizeof high);
    std::memcpy(&rest, id.bytes.data() + sizeof low + sizeof high, sizeof rest);
    const uint64_t first = fold(low ^ key_low, high ^ key_high);
    return fold(first ^ key_high, (uint64_t{rest} << 8 | id.bytes_used) ^ key_low);
  }

  static uint64_t fold(uint64_t a, uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
};

}  // namespace penstock
