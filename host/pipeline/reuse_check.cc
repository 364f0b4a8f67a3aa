// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reuse_check.h"

#include <algorithm>

#include "dag/block_links.h"

namespace penstock {

std::vector<bool> ReuseCheck::whole(std::span<const Cid> files) {
  std::vector<Digest> digests;
  digests.reserve(files.size());
  for (const Cid& file : files) digests.push_back(file.digest);
  std::vector<bool> whole = present(digests);
  if (!thorough()) return whole;
  for (size_t i = 0; i < files.size(); ++i) whole[i] = whole[i] && whole_below(files[i]);
  return whole;
}

std::vector<bool> ReuseCheck::present(std::span<const Digest> digests) {
  std::vector<bool> found(digests.size());
  std::vector<BlockLocation> locations(digests.size());
  if (digests.empty() || !store_->find(digests, locations)) return found;
  for (size_t i = 0; i < digests.size(); ++i) found[i] = locations[i].placement.has_value();
  return found;
}

// Nodes count as whole when all below them is: what was visited of a file that is not is forgotten.
bool ReuseCheck::whole_below(const Cid& file) {
  if (file.codec == Multicodec::raw) return true;
  Digests visited;
  std::vector<Cid> waiting{file};
  while (!waiting.empty()) {
    const Cid node = waiting.back();
    waiting.pop_back();
    if (!visit(node, visited, waiting)) return false;
  }
  if (whole_.size() + visited.size() > kNodesMax) whole_.clear();
  whole_.merge(visited);
  return true;
}

bool ReuseCheck::visit(const Cid& node, Digests& visited, std::vector<Cid>& waiting) {
  if (whole_.contains(node.digest) || !visited.insert(node.digest).second) return true;
  const auto block = source_->read(node);
  if (!block) return false;
  const auto links = block_links(node.codec, *block);
  if (!links) return false;
  std::vector<Digest> digests;
  for (const Cid& link : *links) {
    digests.push_back(link.digest);
    if (link.codec != Multicodec::raw) waiting.push_back(link);
  }
  return std::ranges::all_of(present(digests), [](bool there) { return there; });
}

}  // namespace penstock
