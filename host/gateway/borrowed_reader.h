// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dag/block_io.h"

namespace penstock {

// A block that every store has without storing it: the genesis commit and the empty directory that is its
// root. Nothing for any other.
std::optional<Bytes> constant_block(const Cid& cid);

// A reader that whoever is about to read lends it: what walks a tree keeps one source over all turns, and
// each turn may be on another thread. One thread at a time.
class BorrowedReader final : public BlockSource {
 public:
  // Null: nobody reads until the next call.
  void lend(BlockSource* source) { source_ = source; }

  Result<Bytes> read(const Cid& cid) override;

 private:
  BlockSource* source_ = nullptr;
};

}  // namespace penstock
