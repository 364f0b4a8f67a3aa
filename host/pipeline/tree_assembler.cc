// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_assembler.h"

#include <utility>

#include "base/check.h"

namespace penstock {

TreeAssembler::TreeAssembler(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes,
                             MetaAssembler* meta, bool several)
    : sink_(&sink), file_(sink, layout, zero_leaf_bytes), meta_(meta), several_(several) {}

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
      return begin_directory(event);
    case TreeEvent::Kind::directory_end:
      return end_directory();
    case TreeEvent::Kind::symlink:
      return add_symlink(event);
    case TreeEvent::Kind::special:
      PENSTOCK_CHECK(meta_ != nullptr && event.meta != nullptr);
      return meta_->add(*event.meta, std::nullopt);
    case TreeEvent::Kind::linked_file:
      return add_linked_file(event);
    case TreeEvent::Kind::known_file:
      return add_known_file(event);
    case TreeEvent::Kind::file_begin:
      file_name_ = event.name;
      if (event.meta) file_meta_ = *event.meta;
      return {};
    case TreeEvent::Kind::leaves:
    case TreeEvent::Kind::known_leaves:
      for (const Leaf& leaf : leaves) PENSTOCK_TRY(file_.add_leaf(leaf.digest, leaf.bytes));
      return {};
    case TreeEvent::Kind::zero_run:
      return file_.add_zero_run(event.zero_bytes);
    case TreeEvent::Kind::file_end:
      return end_file(event);
    case TreeEvent::Kind::file_dropped:
      // Its nodes so far stay in the store, where nothing names them.
      PENSTOCK_TRY(file_.finish());
      file_meta_.reset();
      if (meta_ != nullptr) meta_->miss(file_name_);
      return {};
    case TreeEvent::Kind::missing:
      if (meta_ != nullptr) meta_->miss(event.name);
      return {};
    case TreeEvent::Kind::stream_end:
    case TreeEvent::Kind::stream_dropped:
    case TreeEvent::Kind::stream_suspended:
      break;
  }
  return {};
}

Status TreeAssembler::begin_directory(const TreeEvent& event) {
  open_.push_back({event.name, DirectoryBuilder(*sink_)});
  if (meta_ == nullptr) return {};
  PENSTOCK_CHECK(event.meta != nullptr);
  return meta_->begin_directory(*event.meta);
}

Status TreeAssembler::end_directory() {
  PENSTOCK_CHECK(!open_.empty());
  PENSTOCK_TRY_ASSIGN(const DagLink link, open_.back().builder.finish());
  std::string name = std::move(open_.back().name);
  open_.pop_back();
  if (meta_ != nullptr) PENSTOCK_TRY(meta_->end_directory());
  return add(std::move(name), link);
}

Status TreeAssembler::add_symlink(const TreeEvent& event) {
  PENSTOCK_TRY_ASSIGN(const DagLink link, put_symlink(*sink_, event.target));
  if (meta_ != nullptr) {
    PENSTOCK_CHECK(event.meta != nullptr);
    PENSTOCK_TRY(meta_->add(*event.meta, std::nullopt));
  }
  return add(event.name, link);
}

Status TreeAssembler::add_linked_file(const TreeEvent& event) {
  PENSTOCK_CHECK(meta_ != nullptr && event.meta != nullptr);
  PENSTOCK_TRY_ASSIGN(const std::optional<DagLink> link, meta_->add_link(*event.meta));
  return link ? add(event.name, *link) : Status();
}

Status TreeAssembler::add_known_file(const TreeEvent& event) {
  PENSTOCK_CHECK(meta_ != nullptr && event.meta != nullptr && event.meta->known);
  PENSTOCK_TRY(meta_->add(*event.meta, event.meta->known));
  return add(event.name, *event.meta->known);
}

Status TreeAssembler::end_file(const TreeEvent& event) {
  PENSTOCK_TRY_ASSIGN(const DagLink link, file_.finish());
  if (meta_ != nullptr) {
    PENSTOCK_CHECK(file_meta_.has_value());
    if (event.unsettled) file_meta_->item.mark.reset();
    PENSTOCK_TRY(meta_->add(*std::move(file_meta_), link));
    file_meta_.reset();
  }
  return add(std::exchange(file_name_, {}), link);
}

Status TreeAssembler::add(std::string name, const DagLink& link) {
  if (!open_.empty()) return open_.back().builder.add(std::move(name), link);
  roots_.push_back({std::move(name), link});
  return {};
}

// An entry that only metadata knows is told from the content's by the directory around both.
bool TreeAssembler::several() const {
  return several_ || roots_.size() != 1 || (meta_ != nullptr && meta_->special_tops() > 0);
}

Result<DagLink> TreeAssembler::finish() {
  PENSTOCK_CHECK(open_.empty());
  if (roots_.empty() && (meta_ == nullptr || meta_->special_tops() == 0))
    return fail(Errc::failed, "put",
                "nothing of what was named was taken: it could not be read, or was left out",
                "see the lines above, and the patterns");
  if (!several()) return roots_.front().link;
  DirectoryBuilder directory(*sink_);
  for (const PutRoot& root : roots_) PENSTOCK_TRY(directory.add(root.name, root.link));
  return directory.finish();
}

}  // namespace penstock
