// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/result.h"
#include "chunking/chunker.h"
#include "dag/file_builder.h"

namespace penstock {

// Computes the root that a store will give one stream after the other, from the very buffers that are sent:
// cuts, digests and builds the tree, and keeps nothing of it. Memory: one buffer of headroom, and the tree's
// edge. One thread at a time.
class RootMaker {
 public:
  // What add() may write over in front of its bytes: no chunker leaves more of its window.
  static constexpr size_t kHeadroomBytes = 2 * size_t{kLeafBytesMax};

  RootMaker(const ChunkerSpec& chunker, LinkLayout layout);

  // The stream's next bytes: all of `space` behind the headroom, which is written over.
  Status add(MutableBytes space);
  // The stream is whole. Starts the next one.
  Result<DagLink> finish();
  // What add() or finish() has just cut, front to back, and where in the stream it begins.
  struct Cut {
    Piece piece;
    uint64_t at = 0;
    Digest digest{};  // data
  };
  std::span<const Cut> cuts() const { return cuts_; }
  // The stream is given up. Starts the next one.
  void reset();

 private:
  // Nodes are made for their digests alone.
  class NoSink final : public BlockSink {
   public:
    Status put(const Cid& /*cid*/, Bytes /*block*/) override { return {}; }
  };

  Status build(Bytes window);
  void begin_stream();

  NoSink sink_;
  Chunker chunker_;
  FileBuilder builder_;
  std::vector<uint8_t> carry_;  // what the last scan left of its window
  size_t carry_bytes_ = 0;
  uint64_t window_at_ = 0;  // the window's place in the stream
  uint64_t built_ = 0;      // bytes of the stream that are in the tree
  std::vector<Piece> pieces_;
  std::vector<Cut> cuts_;
  std::vector<Bytes> messages_;
  std::vector<Digest> digests_;
};

}  // namespace penstock
