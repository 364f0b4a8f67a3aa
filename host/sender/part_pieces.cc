// SPDX-License-Identifier: Apache-2.0
#include "sender/part_pieces.h"

#include "chunking/piece_head.h"

namespace penstock {
namespace {

bool bit_of(Bytes bits, size_t i) {
  return i / 8 < bits.size() && (bits[i / 8] >> i % 8 & 1) != 0;
}

}  // namespace

void PartPieces::clear() {
  cuts_.clear();
  digests_.clear();
  encoded_ = false;
  heads_.clear();
  segments_.clear();
  encoded_bytes_ = 0;
}

void PartPieces::add(const Piece& piece, const Digest& digest, Bytes bytes) {
  cuts_.push_back({piece, bytes});
  if (piece.kind == Piece::Kind::data) digests_.push_back(digest);
}

void PartPieces::push_segment(Bytes segment) {
  if (segment.empty()) return;
  segments_.push_back(segment);
  encoded_bytes_ += segment.size();
}

void PartPieces::encode(Bytes known, bool first, std::optional<uint64_t> end) {
  // Segments point into it.
  heads_.reserve(kPiecesMagic.size() + (cuts_.size() + 1) * PieceHead::kBytesMax);
  if (first) heads_.insert(heads_.end(), kPiecesMagic.begin(), kPiecesMagic.end());
  size_t told = 0;  // of heads_
  const auto tell_heads = [&] {
    push_segment(Bytes(heads_).subspan(told));
    told = heads_.size();
  };
  size_t leaf = 0;
  for (const Cut& cut : cuts_) {
    if (cut.piece.kind == Piece::Kind::zero_run) {
      append_piece_head({PieceHead::Kind::zero_run, cut.piece.length, {}}, heads_);
      continue;
    }
    const size_t i = leaf++;
    if (bit_of(known, i)) {
      append_piece_head({PieceHead::Kind::known, cut.piece.length, digests_[i]}, heads_);
      continue;
    }
    append_piece_head({PieceHead::Kind::data, cut.piece.length, {}}, heads_);
    tell_heads();
    push_segment(cut.bytes);
  }
  if (end) append_piece_head({PieceHead::Kind::end, *end, {}}, heads_);
  tell_heads();
  encoded_ = true;
}

}  // namespace penstock
