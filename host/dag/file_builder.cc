// SPDX-License-Identifier: Apache-2.0
#include "dag/file_builder.h"

#include "base/check.h"
#include "base/limits.h"
#include "dag/link_tree.h"
#include "dag/zero_leaves.h"

namespace penstock {

struct FileBuilder::State {
  State(BlockSink& to, LinkLayout layout, uint32_t zero_leaf_bytes_given)
      : sink(&to), tree(to, layout, {}), zero_leaf_bytes(zero_leaf_bytes_given) {}

  BlockSink* sink;
  LinkTree tree;
  ZeroLeaves zero_leaves;
  const uint32_t zero_leaf_bytes;
  bool zero_leaf_set = false;
  bool zero_leaf_put = false;
  uint64_t content_bytes = 0;
  bool empty = true;

  // The tree has to know the full zero leaf before one comes, from whatever side.
  void set_zero_leaf() {
    if (zero_leaf_set) return;
    zero_leaf_set = true;
    tree.set_zero_leaf(leaf(zero_leaves.digest(zero_leaf_bytes), zero_leaf_bytes));
  }

  static DagLink leaf(const Digest& digest, uint32_t bytes) {
    return {.cid = {Multicodec::raw, digest}, .content_bytes = bytes, .dag_bytes = bytes};
  }

  Status count(uint64_t bytes) {
    if (bytes > kFileBytesMax - content_bytes)
      return fail(Errc::usage, "file", "it has more than 2^63 - 1 bytes", "split it");
    content_bytes += bytes;
    empty = false;
    return {};
  }
};

FileBuilder::FileBuilder(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes)
    : state_(std::make_unique<State>(sink, layout, zero_leaf_bytes)) {
  PENSTOCK_CHECK(zero_leaf_bytes > 0 && zero_leaf_bytes <= kLeafBytesMax);
}

FileBuilder::~FileBuilder() = default;

Status FileBuilder::add_leaf(const Digest& digest, uint32_t bytes) {
  PENSTOCK_CHECK(bytes > 0);
  PENSTOCK_TRY(state_->count(bytes));
  if (bytes == state_->zero_leaf_bytes) state_->set_zero_leaf();
  return state_->tree.add(State::leaf(digest, bytes));
}

Status FileBuilder::add_zero_run(uint64_t bytes) {
  if (bytes == 0) return {};
  PENSTOCK_TRY(state_->count(bytes));
  State& state = *state_;
  if (const uint64_t full = bytes / state.zero_leaf_bytes; full > 0) {
    state.set_zero_leaf();
    if (!state.zero_leaf_put) {
      const Cid cid{Multicodec::raw, state.zero_leaves.digest(state.zero_leaf_bytes)};
      PENSTOCK_TRY(state.sink->put(cid, state.zero_leaves.block(state.zero_leaf_bytes)));
      state.zero_leaf_put = true;
    }
    PENSTOCK_TRY(state.tree.add_zero_leaves(full));
  }
  if (const auto remainder = static_cast<uint32_t>(bytes % state.zero_leaf_bytes); remainder > 0) {
    const DagLink leaf = State::leaf(state.zero_leaves.digest(remainder), remainder);
    PENSTOCK_TRY(state.sink->put(leaf.cid, state.zero_leaves.block(remainder)));
    PENSTOCK_TRY(state.tree.add(leaf));
  }
  return {};
}

Result<DagLink> FileBuilder::finish() {
  state_->content_bytes = 0;
  if (std::exchange(state_->empty, true)) {
    const Cid cid = cid_of(Multicodec::raw, {});
    PENSTOCK_TRY(state_->sink->put(cid, {}));
    return DagLink{.cid = cid};
  }
  return state_->tree.finish();
}

}  // namespace penstock
