// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cid.h"

namespace penstock {

// The integer -1 - magnitude, so that all of CBOR's range has a value.
struct CborNegative {
  uint64_t magnitude = 0;
  friend bool operator==(const CborNegative&, const CborNegative&) = default;
};

struct CborField;

// One item of dag-cbor (https://ipld.io/specs/codecs/dag-cbor/spec/): a small tree that owns its parts.
struct CborValue {
  using ByteString = std::vector<uint8_t>;
  using Array = std::vector<CborValue>;
  using Map = std::vector<CborField>;

  std::variant<std::monostate, bool, uint64_t, CborNegative, double, ByteString, std::string, Cid, Array, Map>
      item;

  bool is_null() const { return std::holds_alternative<std::monostate>(item); }
  template <class T>
  const T* as() const {
    return std::get_if<T>(&item);
  }

  friend bool operator==(const CborValue&, const CborValue&) = default;
};

// One entry of a map.
struct CborField {
  std::string key;
  CborValue value;

  friend bool operator==(const CborField&, const CborField&) = default;
};

inline constexpr unsigned kCborDepthMax = 32;

// corrupt error: anything but the one canonical encoding (RFC 8949 section 4.2 as dag-cbor narrows it):
// shortest integers, text keys sorted by length, then bytes, and none twice; floats of 64 bits, finite; tag
// 42 alone, on one of our CIDs; definite lengths; valid UTF-8; nesting up to kCborDepthMax; nothing behind
// the item.
Result<CborValue> decode_dag_cbor(Bytes block);
// Sorts maps by itself. usage error: what decode_dag_cbor would refuse.
Result<std::vector<uint8_t>> encode_dag_cbor(const CborValue& value);

}  // namespace penstock
