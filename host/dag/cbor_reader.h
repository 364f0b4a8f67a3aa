// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cid.h"

namespace penstock {

// Takes the items of one canonical dag-cbor block (docs/history.md) from front to back, without a tree in
// memory: what it gives borrows from the block. Every call fails with corrupt where the next item is another
// or not in its canonical form. One thread.
class CborReader {
 public:
  explicit CborReader(Bytes block) : rest_(block) {}

  enum class Kind : uint8_t { natural, negative, bytes, text, array, map, link, null, boolean, other };
  // Of the next item; `other` too where nothing is left.
  Kind next() const;

  Result<uint64_t> natural(uint64_t max = UINT64_MAX);
  Result<int64_t> integer();
  Result<bool> boolean();
  Result<Bytes> bytes();
  Result<std::string_view> text();
  Result<Cid> link();
  // The number of items, or of pairs, that follow: no more than could stand in what is left.
  Result<size_t> array();
  Result<size_t> map();
  // The next key of the map whose key before was `before` (empty: the first): behind it in dag-cbor's order.
  Result<std::string_view> key(std::string_view before);
  // For maps of a fixed shape: the next key is this one.
  Status key_is(std::string_view key);
  // Whether the next item was null; takes nothing else.
  bool take_null();
  // Nothing is left.
  Status end() const;

  size_t bytes_left() const { return rest_.size(); }

 private:
  // RFC 8949 section 3: a major type in the upper three bits of an item's first byte, and its argument.
  Result<uint64_t> head(unsigned major);
  Result<Bytes> take(uint64_t count);

  Bytes rest_;
};

}  // namespace penstock
