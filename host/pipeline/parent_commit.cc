// SPDX-License-Identifier: Apache-2.0
#include "pipeline/parent_commit.h"

#include <algorithm>

#include "dag/meta_list_reader.h"

namespace penstock {
namespace {

bool has_common_top(BlockSource& source, const MetaRoot& meta, const std::vector<std::string>& tops) {
  MetaListReader list(source, meta.tops);
  for (auto entry = list.next(); entry && *entry; entry = list.next()) {
    if (std::ranges::binary_search(tops, (*entry)->name)) return true;
  }
  return false;
}

bool is_of(const Commit& commit, const ParentQuery& query) {
  return commit.meta && commit.name == query.name && commit.host == query.host;
}

// 0: it is no parent; 4 is the best.
unsigned rank_of(BlockSource& source, const CommitTree& tree, const ParentQuery& query) {
  if (!tree.meta || !tree.meta->scan) return 0;
  const bool same_paths = !query.from.empty() && tree.meta->from == query.from;
  if (!same_paths && !has_common_top(source, *tree.meta, query.tops)) return 0;
  return 1 + (same_paths ? 1U : 0U) + (cut_alike(tree.commit, query) ? 2U : 0U);
}

}  // namespace

bool cut_alike(const Commit& commit, const ParentQuery& query) {
  return commit.policy.chunker == query.chunker && commit.policy.profile == query.profile;
}

std::optional<CommitTree> find_parent(const Store& store, BlockSource& source, const ParentQuery& query) {
  constexpr unsigned kBest = 4;
  const auto commits = store.commits();
  const size_t count = std::min(commits.size(), kParentCommitsMax);
  std::optional<CommitTree> best;
  unsigned best_rank = 0;
  for (size_t i = 1; i <= count && best_rank < kBest; ++i) {
    const Cid& cid = commits[commits.size() - i].cid;
    const auto commit = read_commit(source, cid);
    if (!commit || !is_of(*commit, query)) continue;
    auto tree = open_commit_tree(source, cid);
    if (!tree) continue;
    const unsigned rank = rank_of(source, *tree, query);
    if (rank <= best_rank) continue;
    best_rank = rank;
    best = std::move(*tree);
  }
  return best;
}

}  // namespace penstock
