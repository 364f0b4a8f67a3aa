// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"

namespace penstock {

// Where lists are cut (docs/metadata.md).
struct ListLimits {
  size_t plain_bytes_max = 65536;  // a list in one block
  size_t leaf_entries_min = 64;
  size_t leaf_entries_max = 1024;
  size_t leaf_bytes_max = 524288;
  size_t node_links_min = 64;
  size_t node_links_max = 1024;
  size_t node_bytes_max = 524288;
};

inline constexpr unsigned kListLevelsMax = 8;

// Builds a list of encoded entries in order of their names, in one block or in a tree of them, and where it
// is mirrored a second one of the same shape that says another thing of each entry. Blocks are put as soon as
// they are full. Memory: plain_bytes_max or one leaf, and the links of the open nodes. One thread.
class ShardedListBuilder {
 public:
  struct Links {
    Cid list;
    std::optional<Cid> mirror;
    uint64_t entries = 0;
  };

  ShardedListBuilder(BlockSink& sink, bool mirrored, const ListLimits& limits);

  // `entry`, and where it is mirrored `item`, are each one item of dag-cbor. The caller keeps names in order.
  Status add(std::string_view name, Bytes entry, Bytes item);
  // Of no entries the empty list. Starts the next one.
  Result<Links> finish();

 private:
  struct Child {
    std::string first_name;
    Links links;
  };
  struct Level {
    std::vector<Child> open;
    size_t bytes = 0;  // of their links in the node
    bool closed_one = false;
  };
  struct Held {
    std::string name;
    size_t entry_end = 0;
    size_t item_end = 0;
  };

  Status cut_held();
  Status add_to_leaf(std::string_view name, Bytes entry, Bytes item);
  Status close_leaf();
  Result<Links> put_leaf();
  Status add_child(size_t height, Child child);
  Status close_node(size_t height);
  Result<Child> put_node(size_t height);
  Result<Cid> put_block();
  Level& level(size_t height);

  BlockSink* sink_;
  bool mirrored_;
  ListLimits limits_;
  bool plain_ = true;             // all of it still fits one block
  std::vector<uint8_t> entries_;  // of the open leaf
  std::vector<uint8_t> items_;
  size_t count_ = 0;
  std::vector<Held> held_;  // while plain: where its entries end
  std::string first_name_;
  std::vector<Level> levels_;
  std::vector<uint8_t> block_;  // being encoded
};

}  // namespace penstock
