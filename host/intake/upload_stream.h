// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "chunking/chunker.h"
#include "chunking/piece.h"

namespace penstock {

// The bytes of one upload between their arrival and their place in a batch: a window that grows to what
// cutting needs, and what has been cut of it. One thread.
class UploadStream {
 public:
  // What an upload may keep before it counts as a large one.
  static constexpr size_t kSmallBytes = 64 << 10;

  UploadStream(uint64_t id, std::string name, const ChunkerSpec& spec);

  uint64_t id() const { return id_; }
  const std::string& name() const { return name_; }

  // Whether as much as `bytes` more can be kept only as a large one.
  bool would_be_large(size_t bytes) const { return capacity_ <= kSmallBytes && end_ + bytes > kSmallBytes; }
  // Takes a prefix of `bytes`, cutting where the window is full; 0 while pieces wait to be placed.
  size_t take(Bytes bytes);
  // No more bytes come: cuts the rest.
  void end();
  bool ended() const { return ended_; }

  // Pieces that are certain, in order.
  bool has_piece() const { return next_piece_ < pieces_.size(); }
  const Piece& piece() const { return pieces_[next_piece_]; }
  // Of a data piece, until it is passed.
  Bytes piece_bytes() const;
  void pass_piece();

 private:
  bool grow(size_t wanted);
  void cut(Tail tail);
  void compact();

  const uint64_t id_;
  const std::string name_;
  Chunker chunker_;
  const size_t capacity_max_;
  std::unique_ptr<uint8_t[]> window_;
  size_t capacity_ = 0;
  size_t end_ = 0;          // bytes in the window
  size_t scan_begin_ = 0;   // what lies before has been cut
  size_t scanned_end_ = 0;  // what the chunker has seen
  uint64_t origin_ = 0;     // stream offset of the window's first byte
  uint64_t piece_offset_ = 0;
  std::vector<Piece> pieces_;
  size_t next_piece_ = 0;
  bool ended_ = false;
};

}  // namespace penstock
