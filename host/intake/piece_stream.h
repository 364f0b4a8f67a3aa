// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>

#include "chunking/chunker_spec.h"
#include "chunking/piece_head.h"
#include "intake/upload_body.h"

namespace penstock {

// An upload that its sender has cut: a body of pieces (chunking/piece_head.h). It keeps one data piece at a
// time. Where its sender cut otherwise than the store does, the object is the same, and its CID another.
class PieceStream final : public UploadBody {
 public:
  // `spec` bounds what a piece may be; content_bytes_max is for the whole.
  PieceStream(uint64_t id, std::string name, const ChunkerSpec& spec, uint64_t content_bytes_max);

  bool would_be_large(size_t bytes) const override;
  size_t take(Bytes bytes) override;
  void end() override;
  bool ended() const override { return ended_; }
  bool has_piece() const override { return ready_; }
  UploadPiece piece() const override;
  Bytes piece_bytes() const override { return {window_.get(), window_bytes_}; }
  void pass_piece() override;
  const std::optional<Error>& error() const override { return error_; }

 private:
  enum class State : uint8_t { magic, head, data, over };
  // What there was of a kind.
  struct Share {
    uint64_t pieces = 0;
    uint64_t bytes = 0;
  };

  size_t take_magic(Bytes bytes);
  size_t take_head(Bytes bytes);
  size_t take_data(Bytes bytes);
  void begin_piece();
  void refuse(const char* why);

  const uint32_t piece_bytes_max_;
  const uint32_t piece_bytes_usual_;  // fewer is an exception
  const uint64_t content_bytes_max_;
  State state_ = State::magic;
  std::array<uint8_t, PieceHead::kBytesMax> head_bytes_{};
  size_t head_length_ = 0;
  PieceHead head_;
  std::unique_ptr<uint8_t[]> window_;  // of a data piece
  size_t capacity_ = 0;
  size_t window_bytes_ = 0;
  bool ready_ = false;
  bool ended_ = false;
  Share data_;
  Share known_;
  uint64_t zero_runs_ = 0;
  uint64_t content_bytes_ = 0;
  std::optional<Error> error_;
};

}  // namespace penstock
