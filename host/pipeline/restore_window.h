// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "pipeline/restore_task.h"
#include "store/block_catalog.h"

namespace penstock {

// Pieces of a tree, gathered so that they are brought in the order in which the store has their records: each
// of these is then decoded once for all of the pieces that lie in it, wherever in the tree they belong. One
// thread.
// Memory: kPiecesMax pieces, and kHeldBytesMax of paths and metadata.
class RestoreWindow {
 public:
  static constexpr size_t kPiecesMax = 32768;
  static constexpr size_t kHeldBytesMax = size_t{8} << 20;  // and one entry

  // Where blocks are, a batch at a time: Store::find.
  using Locate = std::function<Status(std::span<const Digest>, std::span<BlockLocation>)>;
  explicit RestoreWindow(Locate locate);

  // Fails as `locate` does; the piece is in the window then, too.
  Status add(RestorePiece piece);
  bool full() const { return pieces_.size() >= kPiecesMax || held_bytes_ >= kHeldBytesMax; }
  uint64_t cost() const { return cost_; }

  // Empties the window into tasks, `shares` of them or more where kCostMin allows. Pieces of a record stay in
  // one task, and in the order in which they came, unless they are more than one task's worth. Pieces that
  // are found nowhere come first: whoever reads them will say so.
  Result<std::vector<RestoreTask>> take(size_t shares);
  // Empties it and forgets where they are.
  std::vector<RestorePiece> drop();

 private:
  struct Place {
    uint32_t segment = 0;  // 0: nowhere
    uint32_t record = 0;
    uint32_t piece = 0;

    bool same_record(const Place& other) const { return segment == other.segment && record == other.record; }
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  Status locate_rest();

  Locate locate_;
  std::vector<RestorePiece> pieces_;
  std::vector<Place> places_;  // of the first pieces; the rest are still to be located
  uint64_t cost_ = 0;
  size_t held_bytes_ = 0;
  std::vector<Digest> digests_;
  std::vector<BlockLocation> locations_;
};

}  // namespace penstock
