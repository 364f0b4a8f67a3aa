// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_assembler.h"

#include <utility>

#include "base/check.h"

namespace penstock {

TreeAssembler::TreeAssembler(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes)
    : sink_(&sink), file_(sink, layout, zero_leaf_bytes) {}

// What is put has no leaves but those of its batches.
Status TreeAssembler::consume(const BatchOutline& outline) {
  PENSTOCK_CHECK(outline.known.empty());
  std::span<const Leaf> leaves = outline.leaves;
  for (const TreeEvent& event : outline.events) {
    PENSTOCK_TRY(consume(event, leaves.first(event.leaf_count)));
    leaves = leaves.subspan(event.leaf_count);
  }
  PENSTOCK_CHECK(leaves.empty());
  return {};
}

Status TreeAssembler::consume(const TreeEvent& event, std::span<const Leaf> leaves) {
  switch (event.kind) {
    case TreeEvent::Kind::directory_begin:
      open_.push_back({event.name, DirectoryBuilder(*sink_)});
      return {};
    case TreeEvent::Kind::directory_end: {
      PENSTOCK_CHECK(!open_.empty());
      PENSTOCK_TRY_ASSIGN(const DagLink link, open_.back().builder.finish());
      std::string name = std::move(open_.back().name);
      open_.pop_back();
      return add(std::move(name), link);
    }
    case TreeEvent::Kind::symlink: {
      PENSTOCK_TRY_ASSIGN(const DagLink link, put_symlink(*sink_, event.target));
      return add(event.name, link);
    }
    case TreeEvent::Kind::file_begin:
      file_name_ = event.name;
      return {};
    case TreeEvent::Kind::leaves:
    case TreeEvent::Kind::known_leaves:
      for (const Leaf& leaf : leaves) PENSTOCK_TRY(file_.add_leaf(leaf.digest, leaf.bytes));
      return {};
    case TreeEvent::Kind::zero_run:
      return file_.add_zero_run(event.zero_bytes);
    case TreeEvent::Kind::file_end: {
      PENSTOCK_TRY_ASSIGN(const DagLink link, file_.finish());
      return add(std::exchange(file_name_, {}), link);
    }
    case TreeEvent::Kind::file_dropped:
      // Its nodes so far stay in the store, where nothing names them.
      PENSTOCK_TRY(file_.finish());
      return {};
    case TreeEvent::Kind::stream_end:
    case TreeEvent::Kind::stream_dropped:
    case TreeEvent::Kind::stream_suspended:
      break;
  }
  return {};
}

Status TreeAssembler::add(std::string name, const DagLink& link) {
  if (!open_.empty()) return open_.back().builder.add(std::move(name), link);
  roots_.push_back({std::move(name), link});
  return {};
}

Result<DagLink> TreeAssembler::finish() {
  PENSTOCK_CHECK(open_.empty());
  if (roots_.empty())
    return fail(Errc::failed, "put", "nothing of what was named could be read", "see the lines above");
  if (roots_.size() == 1) return roots_.front().link;
  DirectoryBuilder directory(*sink_);
  for (const PutRoot& root : roots_) PENSTOCK_TRY(directory.add(root.name, root.link));
  return directory.finish();
}

}  // namespace penstock
