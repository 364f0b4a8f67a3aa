// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_assembler.h"

#include <utility>

#include "base/check.h"

namespace penstock {

TreeAssembler::TreeAssembler(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes)
    : sink_(&sink), file_(sink, layout, zero_leaf_bytes) {}

Status TreeAssembler::consume(const BatchOutline& outline) {
  size_t leaf = 0;
  for (const TreeEvent& event : outline.events) {
    switch (event.kind) {
      case TreeEvent::Kind::directory_begin:
        open_.push_back({event.name, DirectoryBuilder(*sink_)});
        break;
      case TreeEvent::Kind::directory_end: {
        PENSTOCK_CHECK(!open_.empty());
        PENSTOCK_TRY_ASSIGN(const DagLink link, open_.back().builder.finish());
        std::string name = std::move(open_.back().name);
        open_.pop_back();
        PENSTOCK_TRY(add(std::move(name), link));
        break;
      }
      case TreeEvent::Kind::symlink: {
        PENSTOCK_TRY_ASSIGN(const DagLink link, put_symlink(*sink_, event.target));
        PENSTOCK_TRY(add(event.name, link));
        break;
      }
      case TreeEvent::Kind::file_begin:
        file_name_ = event.name;
        break;
      case TreeEvent::Kind::leaves:
        for (uint32_t i = 0; i < event.leaf_count; ++i, ++leaf)
          PENSTOCK_TRY(file_.add_leaf(outline.leaves[leaf].digest, outline.leaves[leaf].bytes));
        break;
      case TreeEvent::Kind::zero_run:
        PENSTOCK_TRY(file_.add_zero_run(event.zero_bytes));
        break;
      case TreeEvent::Kind::file_end: {
        PENSTOCK_TRY_ASSIGN(const DagLink link, file_.finish());
        PENSTOCK_TRY(add(std::move(file_name_), link));
        break;
      }
      case TreeEvent::Kind::file_dropped:
        // Its nodes so far stay in the store, where nothing names them.
        PENSTOCK_TRY(file_.finish());
        break;
    }
  }
  PENSTOCK_CHECK(leaf == outline.leaves.size());
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
