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

// 0: it is no parent; kBestRank is the best. Of what was asked for a commit names only what it could take.
constexpr unsigned kBestRank = 6;
unsigned rank_of(BlockSource& source, const CommitTree& tree, const ParentQuery& query) {
  if (!tree.meta || !tree.meta->scan) return 0;
  const unsigned cut = cut_alike(tree.commit, query) ? 3 : 0;
  const auto& from = tree.meta->from;
  const bool is_list = query.from == std::vector<std::string>{"/"};
  if (is_list && tree.commit.paths != query.paths)
    return has_common_top(source, *tree.meta, query.tops) ? cut + 1 : 0;
  if (!query.from.empty() && from == query.from) return cut + 3;
  const auto asked = [&](const std::string& path) {
    return std::ranges::find(query.from, path) != query.from.end();
  };
  if (std::ranges::any_of(from, asked)) return cut + 2;
  return has_common_top(source, *tree.meta, query.tops) ? cut + 1 : 0;
}

}  // namespace

bool cut_alike(const Commit& commit, const ParentQuery& query) {
  return commit.policy.chunker == query.chunker && commit.policy.profile == query.profile;
}

std::optional<CommitTree> find_parent(const Store& store, BlockSource& source, const ParentQuery& query) {
  const auto commits = store.commits();
  const size_t count = std::min(commits.size(), kParentCommitsMax);
  std::optional<CommitTree> best;
  unsigned best_rank = 0;
  for (size_t i = 1; i <= count && best_rank < kBestRank; ++i) {
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
