// SPDX-License-Identifier: Apache-2.0
#include "mount/node_table.h"

#include <algorithm>

namespace penstock {

bool lacks_metadata(const MountNode& node) {
  if (node.kind != MountNode::Kind::entry || !node.tree || !node.tree->commit.meta) return false;
  if (!node.tree->meta) return true;
  // The directory around a put's several top-level entries has none of its own.
  const bool has_none = node.around_root || (node.depth == 0 && node.tree->meta->several);
  return !has_none && !node.entry.meta;
}

NodeTable::NodeTable() {
  auto root = std::make_shared<MountNode>();
  root->id = kRoot;
  root->inode = kRoot;
  rows_[kRoot] = {std::move(root), 1};
}

std::shared_ptr<const MountNode> NodeTable::find(uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : found->second.node;
}

std::shared_ptr<const MountNode> NodeTable::refer(MountNode node) {
  const std::lock_guard lock(mutex_);
  const auto [place, fresh] = places_.try_emplace({node.parent->id, node.name}, next_);
  if (!fresh) {
    Row& row = rows_[place->second];
    ++row.references;
    if (lacks_metadata(*row.node) && !lacks_metadata(node)) {
      node.id = row.node->id;
      row.node = std::make_shared<const MountNode>(std::move(node));
    }
    return row.node;
  }
  node.id = next_++;
  auto shared = std::make_shared<const MountNode>(std::move(node));
  rows_[shared->id] = {shared, 1};
  return shared;
}

void NodeTable::forget(uint64_t id, uint64_t references) {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(id);
  if (id == kRoot || found == rows_.end()) return;
  Row& row = found->second;
  row.references -= std::min(references, row.references);
  if (row.references > 0) return;
  places_.erase({row.node->parent->id, row.node->name});
  rows_.erase(found);
}

size_t NodeTable::size() const {
  const std::lock_guard lock(mutex_);
  return rows_.size();
}

}  // namespace penstock
