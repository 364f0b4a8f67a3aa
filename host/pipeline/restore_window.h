// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "pipeline/restore_task.h"
#include "store/block_catalog.h"

namespace penstock {

// Pieces of a tree, gathered so that they are brought in the order in which the store has them: each record
// is then decoded once for all of the pieces that lie in it, wherever in the tree they belong. One thread.
// Memory: kPiecesMax pieces and their paths.
class RestoreWindow {
 public:
  static constexpr size_t kPiecesMax = 32768;

  // Where blocks are, a batch at a time: Store::find.
  using Locate = std::function<Status(std::span<const Digest>, std::span<BlockLocation>)>;
  explicit RestoreWindow(Locate locate);

  // Fails as `locate` does; the piece is in the window then, too.
  Status add(RestorePiece piece);
  bool full() const { return pieces_.size() >= kPiecesMax; }
  uint64_t bytes() const { return bytes_; }

  // Empties the window into tasks. No record is in two of them, but where its pieces are more than two tasks'
  // worth. Pieces that are found nowhere come first: whoever reads them will say so.
  Result<std::vector<RestoreTask>> take();
  // Empties it and forgets where they are.
  std::vector<RestorePiece> drop();

 private:
  struct Place {
    Placement at;  // segment 0: nowhere
    uint32_t piece = 0;
  };

  Status locate_rest();

  Locate locate_;
  std::vector<RestorePiece> pieces_;
  std::vector<Place> places_;  // of the first pieces; the rest are still to be located
  uint64_t bytes_ = 0;
  std::vector<Digest> digests_;
  std::vector<BlockLocation> locations_;
};

}  // namespace penstock
