// SPDX-License-Identifier: Apache-2.0
#include "sender/root_maker.h"

#include <cstring>

#include "base/check.h"
#include "hash/sha256.h"

namespace penstock {

RootMaker::RootMaker(const ChunkerSpec& chunker, LinkLayout layout)
    : chunker_(chunker), builder_(sink_, layout, chunker.zero_leaf_bytes()) {
  PENSTOCK_CHECK(chunker_.retained_max() <= kHeadroomBytes);
  carry_.resize(chunker_.retained_max());
}

Status RootMaker::add(MutableBytes space) {
  PENSTOCK_CHECK(space.size() >= kHeadroomBytes);
  const MutableBytes window = space.subspan(kHeadroomBytes - carry_bytes_);
  if (carry_bytes_ != 0) std::memcpy(window.data(), carry_.data(), carry_bytes_);
  pieces_.clear();
  const size_t taken = chunker_.scan(window, Tail::more, 0, pieces_);
  PENSTOCK_TRY(build(window));
  window_at_ += taken;
  carry_bytes_ = window.size() - taken;
  PENSTOCK_CHECK(carry_bytes_ <= carry_.size());
  if (carry_bytes_ != 0) std::memcpy(carry_.data(), window.data() + taken, carry_bytes_);
  return {};
}

Result<DagLink> RootMaker::finish() {
  const Bytes window = Bytes(carry_).first(carry_bytes_);
  pieces_.clear();
  chunker_.scan(window, Tail::end, 0, pieces_);
  const Status built = build(window);
  begin_stream();
  Result<DagLink> root = builder_.finish();
  if (!built) return Failure(built.error());
  return root;
}

void RootMaker::reset() {
  chunker_.reset();
  begin_stream();
  static_cast<void>(builder_.finish());
}

void RootMaker::begin_stream() {
  carry_bytes_ = 0;
  window_at_ = 0;
  built_ = 0;
}

// A zero run may have begun in front of the window; data never does.
Status RootMaker::build(Bytes window) {
  messages_.clear();
  cuts_.clear();
  uint64_t at = built_;
  for (const Piece& piece : pieces_) {
    if (piece.kind == Piece::Kind::data) messages_.push_back(window.subspan(at - window_at_, piece.length));
    at += piece.length;
  }
  digests_.resize(messages_.size());
  sha256_path().digest(messages_, digests_);
  size_t leaf = 0;
  for (const Piece& piece : pieces_) {
    cuts_.push_back({piece, built_});
    built_ += piece.length;
    if (piece.kind == Piece::Kind::data) {
      cuts_.back().digest = digests_[leaf];
      PENSTOCK_TRY(builder_.add_leaf(digests_[leaf++], static_cast<uint32_t>(piece.length)));
    } else {
      PENSTOCK_TRY(builder_.add_zero_run(piece.length));
    }
  }
  return {};
}

}  // namespace penstock
