// SPDX-License-Identifier: Apache-2.0
#include "intake/upload_tree.h"

namespace penstock {

void UploadTree::count(const JournalEntry& entry) {
  upload.content_bytes += entry.bytes;
  upload.new_leaves += entry.fresh ? 1 : 0;
  upload.new_leaf_bytes += entry.fresh ? entry.bytes : 0;
}

void UploadTree::note(const JournalEntry& entry) {
  count(entry);
  if (upload.partial) pending_.push_back(entry);
}

Status UploadTree::use(BlockSink& sink) {
  sink_.to = &sink;
  for (const auto& [cid, block] : std::exchange(lacking_, {})) PENSTOCK_TRY(sink.put(cid, block));
  return {};
}

Status UploadTree::consume(const TreeEvent& event, std::span<const Leaf> leaves) {
  if (event.zero_bytes > 0) note({{}, event.zero_bytes, true, false});
  for (const Leaf& leaf : leaves) note({leaf.digest, leaf.bytes, false, leaf.fresh});
  return tree_.consume(event, leaves);
}

Status UploadTree::replay(const JournalEntry& entry) {
  count(entry);
  if (entry.zero_run)
    return tree_.consume({.kind = TreeEvent::Kind::zero_run, .zero_bytes = entry.bytes}, {});
  const Leaf leaf{entry.digest, static_cast<uint32_t>(entry.bytes), entry.fresh};
  return tree_.consume({.kind = TreeEvent::Kind::leaves, .leaf_count = 1}, std::span(&leaf, 1));
}

Result<Cid> UploadTree::finish() {
  PENSTOCK_TRY_ASSIGN(const DagLink root, tree_.finish());
  return root.cid;
}

std::pair<uint64_t, std::vector<JournalEntry>> UploadTree::take_pending() {
  return {std::exchange(journaled_, upload.content_bytes), std::exchange(pending_, {})};
}

}  // namespace penstock
