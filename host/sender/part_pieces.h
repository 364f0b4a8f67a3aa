// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "chunking/piece.h"

namespace penstock {

// What a part of a body was cut into, and what of it is sent to a server that has some of it already, as
// pieces (chunking/piece_head.h). One thread at a time.
class PartPieces {
 public:
  void clear();
  // `bytes`, of a data piece, stay where they are until clear().
  void add(const Piece& piece, const Digest& digest, Bytes bytes);

  // Of its data pieces, one behind the other.
  std::span<const Digest> digests() const { return digests_; }

  // Makes segments() of it. `known`: a bit for each of digests(), the first one the lowest of the first byte;
  // what it does not reach is not known. `first`: the body begins with it. `end`: it ends with it, and so
  // long is its content.
  void encode(Bytes known, bool first, std::optional<uint64_t> end);
  bool encoded() const { return encoded_; }
  // Its bytes on the wire, front to back; there may be none. Valid until clear().
  std::span<const Bytes> segments() const { return segments_; }
  uint64_t encoded_bytes() const { return encoded_bytes_; }

 private:
  struct Cut {
    Piece piece;
    Bytes bytes;
  };

  void push_segment(Bytes segment);

  std::vector<Cut> cuts_;
  std::vector<Digest> digests_;
  bool encoded_ = false;
  std::vector<uint8_t> heads_;
  std::vector<Bytes> segments_;
  uint64_t encoded_bytes_ = 0;
};

}  // namespace penstock
