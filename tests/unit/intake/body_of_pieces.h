// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "chunking/piece_head.h"

namespace penstock {

// A body of pieces as a sender makes it.
class BodyOfPieces {
 public:
  BodyOfPieces() { bytes_.assign(kPiecesMagic.begin(), kPiecesMagic.end()); }

  void data(Bytes content) {
    head({PieceHead::Kind::data, content.size(), {}});
    bytes_.insert(bytes_.end(), content.begin(), content.end());
  }
  void known(const Digest& digest, uint64_t length) { head({PieceHead::Kind::known, length, digest}); }
  void zeros(uint64_t length) { head({PieceHead::Kind::zero_run, length, {}}); }
  void end() { head({PieceHead::Kind::end, content_bytes_, {}}); }
  void head(const PieceHead& head) {
    append_piece_head(head, bytes_);
    content_bytes_ += head.length;
  }

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
  uint64_t content_bytes_ = 0;
};

}  // namespace penstock
