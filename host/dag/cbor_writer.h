// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "dag/cid.h"

namespace penstock {

// Appends canonical dag-cbor items to a block. The caller keeps the order of a map's keys (shorter first,
// then by bytes), and texts to UTF-8. One thread.
class CborWriter {
 public:
  explicit CborWriter(std::vector<uint8_t>& to) : to_(&to) {}

  void natural(uint64_t value);
  void integer(int64_t value);
  void boolean(bool value);
  void null();
  void bytes(Bytes value);
  void text(std::string_view value);
  void link(const Cid& cid);
  void array(size_t items);
  void map(size_t fields);

 private:
  void head(unsigned major, uint64_t argument);

  std::vector<uint8_t>* to_;
};

// Bytes of an item's head, for so many items (array, map), bytes, or of such a value.
size_t cbor_head_bytes(uint64_t argument);

}  // namespace penstock
