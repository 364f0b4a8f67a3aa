// SPDX-License-Identifier: Apache-2.0
#include "gateway/car_body.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/check.h"
#include "dag/block_links.h"
#include "dag/dag_cbor.h"
#include "dag/file_node.h"
#include "dag/object_source.h"
#include "dag/varint.h"

namespace penstock {
namespace {

std::vector<uint8_t> car_header(const Cid& root) {
  CborValue::Map map;
  map.push_back({"roots", {CborValue::Array{CborValue{root}}}});
  map.push_back({"version", {uint64_t{1}}});
  const std::vector<uint8_t> cbor = encode_dag_cbor(CborValue{std::move(map)}).value();
  std::vector<uint8_t> header;
  append_varint(header, cbor.size());
  header.insert(header.end(), cbor.begin(), cbor.end());
  return header;
}

uint64_t saturating_sum(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

// Of a shard's links those that lead to shards: two letters, and no name behind them.
constexpr size_t kShardPrefix = 2;

}  // namespace

CarBody::CarBody(BlockSource& source, const PathWalk& walk, const CarChoice& choice, const ByteSlice& slice)
    : source_(&source),
      object_(walk.roots.front()),
      choice_(choice),
      slice_(slice),
      head_(car_header(walk.roots.front())) {
  pending_.push_back({.cid = walk.target, .bare = choice.scope == CarScope::block});
  for (auto cid = walk.blocks.rbegin(); cid != walk.blocks.rend(); ++cid)
    pending_.push_back({.cid = *cid, .bare = true});
}

Result<size_t> CarBody::fill(MutableBytes into) {
  size_t filled = 0;
  while (filled < into.size()) {
    if (head_done_ < head_.size()) {
      const size_t part = std::min(head_.size() - head_done_, into.size() - filled);
      std::memcpy(into.data() + filled, head_.data() + head_done_, part);
      head_done_ += part;
      filled += part;
    } else if (block_done_ < block_bytes_) {
      PENSTOCK_TRY_ASSIGN(const size_t part, copy_block(into.subspan(filled)));
      filled += part;
    } else {
      PENSTOCK_TRY_ASSIGN(const bool more, next());
      if (!more) break;
    }
  }
  return filled;
}

// Read anew for each part: between two turns the reader may have been another's.
Result<size_t> CarBody::copy_block(MutableBytes into) {
  PENSTOCK_TRY_ASSIGN(const Bytes block, source_->read(block_));
  PENSTOCK_CHECK(block.size() == block_bytes_);
  const size_t part = std::min(into.size(), block.size() - block_done_);
  std::memcpy(into.data(), block.data() + block_done_, part);
  block_done_ += part;
  return part;
}

bool CarBody::whole(const Pending& at) const {
  return !choice_.bytes || (at.offset >= slice_.offset && saturating_sum(at.offset, at.bytes) <=
                                                              saturating_sum(slice_.offset, slice_.length));
}

// Whether there is anything to be done about a block, and whether it was not written yet. One that stands at
// several places of a file, and only in part within the slice at the first, is walked through again; no more
// than two nodes of a level can be so.
Result<bool> CarBody::note(const Pending& at, bool& fresh) {
  fresh = true;
  if (choice_.duplicates) return true;
  const auto known = written_.find(at.cid);
  if (known != written_.end()) {
    fresh = false;
    if (known->second) return false;
    known->second = whole(at);
    return true;
  }
  if (written_.size() == kBlocksMax) {
    return fail(Errc::failed, object_.text(), "has more blocks than a CAR without duplicates is made of",
                "ask for dups=y");
  }
  written_.emplace(at.cid, whole(at));
  return true;
}

// Chooses the next block. False: there is none.
Result<bool> CarBody::next() {
  ObjectSource blocks(*source_, object_);
  while (!pending_.empty()) {
    const Pending at = pending_.back();
    pending_.pop_back();
    bool fresh = false;
    PENSTOCK_TRY_ASSIGN(const bool wanted, note(at, fresh));
    if (!wanted) continue;
    PENSTOCK_TRY_ASSIGN(const Bytes block, blocks.read(at.cid));
    if (!at.bare) PENSTOCK_TRY(push_links(at, block));
    if (!fresh) continue;
    block_ = at.cid;
    block_bytes_ = block.size();
    block_done_ = 0;
    head_.clear();
    head_done_ = 0;
    const auto cid = at.cid.binary();
    append_varint(head_, cid.size() + block.size());
    head_.insert(head_.end(), cid.begin(), cid.end());
    return true;
  }
  return false;
}

Status CarBody::push_links(const Pending& at, Bytes block) {
  const size_t first = pending_.size();
  if (choice_.scope == CarScope::entity) {
    PENSTOCK_TRY(push_entity(at, block));
  } else {
    PENSTOCK_TRY_ASSIGN(const std::vector<Cid> links, block_links(at.cid.codec, block));
    for (const Cid& link : links) PENSTOCK_TRY(push({.cid = link}));
  }
  // The first link is written next.
  std::reverse(pending_.begin() + static_cast<std::ptrdiff_t>(first), pending_.end());
  return {};
}

// What it takes to read a file or to list a directory; everything else is one block.
Status CarBody::push_entity(const Pending& at, Bytes block) {
  if (at.cid.codec != Multicodec::dag_pb) return {};
  PENSTOCK_TRY_ASSIGN(const UnixfsNode node, decode_unixfs_node(at.cid, block));
  switch (node.data.type) {
    case UnixfsType::raw:
    case UnixfsType::file:
      return push_children(at, block);
    case UnixfsType::hamt_shard:
      for (const PbLink& link : node.node)
        if (link.name.size() == kShardPrefix) PENSTOCK_TRY(push({.cid = link.cid}));
      return {};
    case UnixfsType::directory:
    case UnixfsType::symlink:
    case UnixfsType::metadata:
      break;
  }
  return {};
}

Status CarBody::push_children(const Pending& at, Bytes block) {
  PENSTOCK_TRY_ASSIGN(const FileNode node, decode_file_node(at.cid, block));
  const uint64_t slice_end = saturating_sum(slice_.offset, slice_.length);
  uint64_t offset = saturating_sum(at.offset, node.inline_bytes.size());
  for (const FileNode::Child& child : node.children) {
    const uint64_t end = saturating_sum(offset, child.bytes);
    const bool wanted = !choice_.bytes || (offset < slice_end && end > slice_.offset);
    if (wanted) PENSTOCK_TRY(push({child.cid, offset, child.bytes, false}));
    offset = end;
  }
  return {};
}

Status CarBody::push(const Pending& link) {
  if (pending_.size() == kPendingMax)
    return fail(Errc::failed, object_.text(), "has nodes with more links than a CAR is made of here");
  pending_.push_back(link);
  return {};
}

}  // namespace penstock
