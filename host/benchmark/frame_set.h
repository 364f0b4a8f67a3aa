// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "chunking/chunker_spec.h"
#include "chunking/piece.h"
#include "memory/slab.h"
#include "verify/verified_block.h"

namespace penstock {

// Cuts `stream` as a put does, in windows of one batch, and replaces `pieces` by what was found.
void cut_stream(const ChunkerSpec& spec, Bytes stream, std::vector<Piece>& pieces);

// A stream as a put hands it on from stage to stage: chunks in batches of up to a frame's size, and of each
// batch the chunks that are new, one behind the other, as a frame. Borrows the stream; owns a copy of what is
// unique. Move-only.
class FrameSet {
 public:
  struct Frame {
    Bytes raw;
    std::span<const BlockEntry> entries;
  };

  // failed: no memory.
  static Result<FrameSet> build(const ChunkerSpec& spec, Bytes stream);

  // Without zero runs, in the stream's order, by batch.
  std::span<const std::span<const Bytes>> batches() const { return batches_; }
  std::span<const Frame> frames() const { return frames_; }

  uint64_t chunks() const { return chunks_.size(); }
  uint64_t bytes_zero_runs() const { return bytes_zero_runs_; }
  uint64_t bytes_chunks() const { return bytes_chunks_; }  // digested
  uint64_t bytes_unique() const { return bytes_unique_; }  // encoded

 private:
  explicit FrameSet(Slab unique) : unique_(std::move(unique)) {}

  void collect_chunks(Bytes stream, std::span<const Piece> pieces);
  void divide_into_batches();
  void collect_frames();

  Slab unique_;
  std::vector<Bytes> chunks_;
  std::vector<std::span<const Bytes>> batches_;  // of chunks_
  std::vector<BlockEntry> entries_;
  std::vector<Frame> frames_;  // of unique_ and entries_
  uint64_t bytes_zero_runs_ = 0;
  uint64_t bytes_chunks_ = 0;
  uint64_t bytes_unique_ = 0;
};

}  // namespace penstock
