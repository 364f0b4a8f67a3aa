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
#include "intake/upload_body.h"

namespace penstock {

// The bytes of one upload between their arrival and their place in a batch: a window that grows to what
// cutting needs, and what has been cut of it. One thread.
class UploadStream final : public UploadBody {
 public:
  UploadStream(uint64_t id, std::string name, const ChunkerSpec& spec);

  bool would_be_large(size_t bytes) const override {
    return capacity_ <= kSmallBytes && end_ + bytes > kSmallBytes;
  }
  // Cuts where the window is full.
  size_t take(Bytes bytes) override;
  // Cuts the rest.
  void end() override;
  bool ended() const override { return ended_; }

  bool has_piece() const override { return next_piece_ < pieces_.size(); }
  UploadPiece piece() const override;
  Bytes piece_bytes() const override;
  void pass_piece() override;
  // Any bytes are an upload.
  const std::optional<Error>& error() const override { return error_; }

  // Before any bytes: the stream goes on within a zero run, so many bytes of which have been there.
  void begin_within_zeros(uint64_t zeros);
  // What has arrived and is not cut, while no piece waits: a zero run that is open, and the bytes behind it.
  uint64_t open_zeros() const { return origin_ + scan_begin_ - piece_offset_; }
  Bytes uncut() const { return {window_.get() + scan_begin_, end_ - scan_begin_}; }

 private:
  bool grow(size_t wanted);
  void cut(Tail tail);
  void compact();

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
  std::optional<Error> error_;  // none
};

}  // namespace penstock
