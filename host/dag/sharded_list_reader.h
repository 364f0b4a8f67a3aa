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
#include "dag/cbor_reader.h"
#include "dag/cid.h"

namespace penstock {

// Whether the first of two names stands before the second.
using NameOrder = bool (*)(std::string_view, std::string_view);

// Finds the way through the blocks of a sharded list, and of the mirror beside it where there is one, for one
// who knows what an entry looks like. Believes nothing: names ascend and lie where the nodes above say,
// levels descend one by one, counts add up. A mirror that does not fit, or cannot be read, is none from there
// on. Memory: a leaf of each, and the nodes on the path. One thread.
class ShardedListReader {
 public:
  ShardedListReader(BlockSource& source, const Cid& list, std::optional<Cid> mirror, NameOrder before);

  // Whether there is another entry; then the caller takes it from entries(), and its item, where there is a
  // mirror, from items(). corrupt: a block is missing or malformed.
  Result<bool> next();
  CborReader& entries() { return entries_; }
  CborReader* items() { return items_ ? &*items_ : nullptr; }
  // The entry that was taken has this name. corrupt: it does not belong there.
  Status took(std::string_view name);
  // The item that was taken, or could not be, does not fit its entry.
  void drop_mirror() {
    items_.reset();
    mirror_lost_ = true;
  }
  // Whether part of the mirror was met that does not fit, or cannot be read.
  bool mirror_lost() const { return mirror_lost_; }
  // What entries() gave is malformed: that as this list's error.
  Failure fault(Error error) const;

  // Goes on behind the leaves and nodes that end before `name`.
  void skip_to(std::string_view name);

 private:
  struct Shard {
    std::string first_name;
    Cid cid;
    uint64_t entries = 0;
  };
  // What a node above says of the block that is to be opened.
  struct Place {
    Cid cid;
    std::optional<Cid> mirror{};
    unsigned level = 0;
    std::optional<std::string> first{};  // its first name
    std::optional<std::string> end{};    // a name that is behind its last
    uint64_t entries = 0;
  };
  struct Node {
    std::vector<Shard> shards;
    std::vector<Cid> mirrors;  // none, or one a shard
    size_t next = 0;
    unsigned level = 0;
    std::optional<std::string> end;
  };

  Status open(const Place& place, bool is_top);
  Status open_leaf(CborReader& from, const Place& place, bool is_top);
  Status open_node(CborReader& from, const Place& place, bool is_top);
  Result<Shard> take_shard(CborReader& from) const;
  Status check_node(const Node& node, const Place& place, bool is_top) const;
  void open_leaf_mirror(const Cid& cid, size_t count);
  std::vector<Cid> read_node_mirror(const std::optional<Cid>& cid, size_t count);
  static Place place_of_next(const Node& node);
  bool is_skipped(const std::optional<std::string>& end) const;
  Failure malformed(const Cid& cid, std::string why) const;

  BlockSource* source_;
  NameOrder before_;
  std::optional<Place> top_;  // until it is opened
  std::vector<Node> path_;

  Cid leaf_cid_;
  std::vector<uint8_t> leaf_;
  std::vector<uint8_t> leaf_mirror_;
  bool mirror_lost_ = false;
  CborReader entries_{Bytes()};
  std::optional<CborReader> items_;
  size_t left_ = 0;  // entries of the leaf
  std::optional<std::string> leaf_first_;
  std::optional<std::string> leaf_end_;
  std::string last_name_;
  std::optional<std::string> skip_to_;
  bool took_one_ = false;
};

}  // namespace penstock
