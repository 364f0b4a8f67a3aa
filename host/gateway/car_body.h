// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "dag/block_io.h"
#include "gateway/body_source.h"
#include "gateway/car_choice.h"
#include "gateway/path_walk.h"

namespace penstock {

// A CAR, version 1 (https://ipld.io/specs/transport/car/carv1/): first the blocks of a path, then those of
// what it leads to, depth first. Each is written once, unless duplicates are asked for. Memory: the block's
// head, kPendingMax links, and, without duplicates, the addresses of up to kBlocksMax blocks: a larger tree
// ends as an error, and can be had with duplicates.
class CarBody final : public BodySource {
 public:
  static constexpr size_t kPendingMax = size_t{1} << 18;
  static constexpr size_t kBlocksMax = size_t{1} << 20;

  // The source outlives it. The CAR's root is the path's first object. `slice`, of a file: the blocks that it
  // takes alone.
  CarBody(BlockSource& source, const PathWalk& walk, const CarChoice& choice, const ByteSlice& slice);

  Result<size_t> fill(MutableBytes into) override;

 private:
  // A block still to be written; of a file that is cut to a slice, where in the file its content lies.
  struct Pending {
    Cid cid;
    uint64_t offset = 0;
    uint64_t bytes = UINT64_MAX;
    bool bare = false;  // its links are not followed
  };

  Result<bool> next();
  Result<bool> note(const Pending& at, bool& fresh);
  bool whole(const Pending& at) const;
  Status push_links(const Pending& at, Bytes block);
  Status push_entity(const Pending& at, Bytes block);
  Status push_children(const Pending& at, Bytes block);
  Status push(const Pending& link);
  Result<size_t> copy_block(MutableBytes into);

  BlockSource* source_;
  Cid object_;
  CarChoice choice_;
  ByteSlice slice_;
  std::vector<Pending> pending_;                    // the next one last
  std::unordered_map<Cid, bool, CidHash> written_;  // and whether all below them was
  std::vector<uint8_t> head_;  // what is still to be written before the block: the CAR's head, lengths, a CID
  size_t head_done_ = 0;
  Cid block_;
  size_t block_bytes_ = 0;
  size_t block_done_ = 0;
};

}  // namespace penstock
