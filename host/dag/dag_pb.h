// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cid.h"

namespace penstock {

// One link of a dag-pb node. `name` borrows from the block.
struct PbLink {
  Cid cid;
  std::string_view name;   // any bytes
  uint64_t dag_bytes = 0;  // Tsize
};

// A dag-pb node (https://ipld.io/specs/codecs/dag-pb/spec/) as it stands in a block that it borrows from.
// Links are decoded anew on each walk, so that a node costs no memory a link.
class PbNode {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = PbLink;
    using difference_type = std::ptrdiff_t;
    using pointer = const PbLink*;
    using reference = const PbLink&;

    explicit Iterator(Bytes rest);
    const PbLink& operator*() const { return link_; }
    const PbLink* operator->() const { return &link_; }
    Iterator& operator++();
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.rest_.size() == b.rest_.size(); }

   private:
    Bytes rest_;  // from this link on
    Bytes next_;  // behind it
    PbLink link_;
  };

  // corrupt error: not canonical dag-pb: links first, then data; fields ascending and once; shortest varints;
  // no unknown field; every Hash one of our CIDs (version 0 is taken as its version 1 twin).
  static Result<PbNode> decode(Bytes block);

  size_t link_count() const { return link_count_; }
  Iterator begin() const { return Iterator(links_); }
  Iterator end() const { return Iterator({}); }
  // Nothing if the field is missing.
  const std::optional<Bytes>& data() const { return data_; }

 private:
  Bytes links_;
  size_t link_count_ = 0;
  std::optional<Bytes> data_;
};

// Canonical encoding, field by field: all links in their order, then data. Name and Tsize are always written.
void append_pb_link(std::vector<uint8_t>& block, const Cid& cid, std::string_view name, uint64_t dag_bytes);
void append_pb_data(std::vector<uint8_t>& block, Bytes data);
// Bytes that append_pb_link adds.
size_t pb_link_bytes(size_t name_bytes, uint64_t dag_bytes);

}  // namespace penstock
