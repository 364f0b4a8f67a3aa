// SPDX-License-Identifier: Apache-2.0
#include "pipeline/parent_commit.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "dag/meta_list_reader.h"

namespace penstock {
namespace {

// How good a parent a commit is; the greater, the better.
struct Rank {
  bool alike = false;    // cut as the put cuts
  unsigned kinship = 0;  // 0: it is no parent
  size_t common = 0;     // paths
  bool nothing_else = false;
  bool best = false;  // no other can be better

  auto key() const { return std::tuple(alike, kinship, common, nothing_else); }
};
constexpr unsigned kTopInCommon = 1;  // a name alone
constexpr unsigned kPathsInCommon = 2;
// Of a put of a list.
constexpr unsigned kLikeList = 2;  // another, below the same directory
constexpr unsigned kHasAll = 3;    // no list: all that it could have
constexpr unsigned kSameList = 4;

bool has_common_top(BlockSource& source, const MetaRoot& meta, const std::vector<std::string>& tops) {
  MetaListReader list(source, meta.tops);
  for (auto entry = list.next(); entry && *entry; entry = list.next()) {
    if (std::ranges::binary_search(tops, (*entry)->name)) return true;
  }
  return false;
}

class Candidates {
 public:
  Candidates(BlockSource& source, const ParentQuery& query)
      : source_(&source), query_(&query), asked_(query.from.begin(), query.from.end()) {}

  Rank rank_of(const CommitTree& tree) const {
    if (!tree.meta || !tree.meta->scan) return {};
    Rank rank = query_->list ? rank_for_list(tree) : rank_for_paths(tree);
    rank.alike = cut_alike(tree.commit, *query_);
    rank.best = rank.best && rank.alike;
    if (rank.kinship == 0 && has_common_top(*source_, *tree.meta, query_->tops)) rank.kinship = kTopInCommon;
    return rank;
  }

 private:
  // Of other lists it is not known which paths they have in common.
  Rank rank_for_list(const CommitTree& tree) const {
    const MetaRoot& meta = *tree.meta;
    if (meta.choice.list == query_->list) return {.kinship = kSameList, .best = true};
    if (meta.choice.list) return {.kinship = tree.commit.paths == query_->paths ? kLikeList : 0};
    return {.kinship = meta.from == query_->from ? kHasAll : 0};
  }

  // Of what was asked for a commit names only what it could take.
  Rank rank_for_paths(const CommitTree& tree) const {
    const MetaRoot& meta = *tree.meta;
    if (meta.choice.list) return {};
    Rank rank;
    for (const std::string& path : meta.from) rank.common += asked_.contains(path) ? 1 : 0;
    if (rank.common == 0) return {};
    rank.kinship = kPathsInCommon;
    rank.nothing_else = rank.common == meta.from.size();
    size_t unread = 0;
    for (const std::string& path : meta.unread.paths)
      unread += std::ranges::binary_search(query_->tops, path) ? 1 : 0;
    rank.best = rank.nothing_else &&
                (rank.common + unread >= query_->tops.size() || tree.commit.paths == query_->paths);
    return rank;
  }

  BlockSource* source_;
  const ParentQuery* query_;
  std::set<std::string_view> asked_;
};

}  // namespace

bool cut_alike(const Commit& commit, const ParentQuery& query) {
  return commit.policy.chunker == query.chunker && commit.policy.profile == query.profile;
}

std::optional<CommitTree> find_parent(const Store& store, BlockSource& source, const ParentQuery& query) {
  const auto commits = store.commits();
  const size_t count = std::min(commits.size(), kParentCommitsMax);
  const Candidates candidates(source, query);
  std::optional<CommitTree> best;
  Rank best_rank;
  // Of another name: where there is none of this.
  std::optional<CommitTree> other;
  Rank other_rank;
  for (size_t i = 1; i <= count && !best_rank.best; ++i) {
    const Cid& cid = commits[commits.size() - i].cid;
    const auto commit = read_commit(source, cid);
    if (!commit || !commit->meta || commit->host != query.host) continue;
    const bool own = commit->name == query.name;
    if (!own && (best || other_rank.best)) continue;
    auto tree = open_commit_tree(source, cid);
    if (!tree) continue;
    const Rank rank = candidates.rank_of(*tree);
    if (rank.kinship == 0 || (!own && (!rank.alike || rank.kinship == kTopInCommon))) continue;
    if (rank.key() <= (own ? best_rank : other_rank).key()) continue;
    (own ? best_rank : other_rank) = rank;
    (own ? best : other) = std::move(*tree);
  }
  return best ? std::move(best) : std::move(other);
}

}  // namespace penstock
