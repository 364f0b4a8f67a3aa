// SPDX-License-Identifier: Apache-2.0
#include "dag/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace penstock {
namespace {

// Commits in memory, chained by the rule of docs/history.md.
class Chain {
 public:
  // Adds a commit behind `head` and returns its CID.
  Cid add(const Cid& head, std::span<const Cid> imported = {}, std::string name = {}) {
    const CommitPlace place = place_behind(head, imported, lookup()).value();
    Commit commit;
    commit.root = genesis().root;
    commit.parents = place.parents;
    commit.jump = place.jump;
    commit.depth = place.depth;
    commit.seq = place.seq;
    commit.name = std::move(name);
    return insert(commit);
  }

  Cid insert(const Commit& commit) {
    const auto block = encode_commit(commit);
    EXPECT_TRUE(block) << block.error().message();
    const Cid cid = cid_of(Multicodec::dag_cbor, *block);
    commits_.emplace(cid, commit);
    return cid;
  }

  CommitLookup lookup() const {
    return [this](const Cid& cid) -> Result<Commit> {
      if (cid == genesis_cid()) return genesis();
      const auto found = commits_.find(cid);
      if (found == commits_.end()) return fail(Errc::absent, cid.text(), "no such commit");
      return found->second;
    };
  }

 private:
  std::unordered_map<Cid, Commit, CidHash> commits_;
};

TEST(HistoryTest, TheFirstCommitsStandAsTheDocumentSays) {
  Chain chain;
  std::vector<Cid> at = {genesis_cid()};
  for (int i = 0; i < 8; ++i) at.push_back(chain.add(at.back()));
  const auto jump_of = [&](size_t depth) { return *chain.lookup()(at[depth]).value().jump; };
  const size_t jumps[] = {0, 0, 1, 0, 3, 4, 3, 0, 7};
  for (size_t depth = 1; depth <= 8; ++depth) {
    EXPECT_EQ(jump_of(depth), at[jumps[depth]]) << depth;
    EXPECT_EQ(jump_depth(depth), jumps[depth]) << depth;
  }
  const auto parents_of = [&](size_t depth) { return chain.lookup()(at[depth]).value().parents; };
  EXPECT_EQ(parents_of(1), (std::vector<Cid>{at[0]}));
  EXPECT_EQ(parents_of(2), (std::vector<Cid>{at[1], at[0]}));
  EXPECT_EQ(parents_of(3), (std::vector<Cid>{at[2], at[0]}));
  // The jump is the head itself, so the head's own jump stands beside it.
  EXPECT_EQ(parents_of(4), (std::vector<Cid>{at[3], at[0]}));
  EXPECT_EQ(parents_of(5), (std::vector<Cid>{at[4], at[3]}));
}

TEST(HistoryTest, JumpDepthFollowsFromTheGapsOfTheHeadAndItsJump) {
  // The rule as it is put in words: the gaps of p and jump(p) equal, or not.
  std::vector<uint64_t> jump = {0};
  for (uint64_t depth = 1; depth < 100000; ++depth) {
    const uint64_t p = depth - 1;
    const uint64_t q = jump[p];
    jump.push_back(p - q == q - jump[q] && p > 0 ? jump[q] : p);
    ASSERT_EQ(jump_depth(depth), jump[depth]) << depth;
  }
}

TEST(HistoryTest, ReachesEveryAncestorWithinItsBound) {
  Chain chain;
  std::vector<Cid> at = {genesis_cid()};
  for (int i = 0; i < 10000; ++i) at.push_back(chain.add(at.back()));
  uint64_t lookups = 0;
  const CommitLookup counted = [&](const Cid& cid) {
    ++lookups;
    return chain.lookup()(cid);
  };
  for (const size_t head : {size_t{1}, size_t{2}, size_t{3}, size_t{10}, size_t{127}, size_t{1000},
                            size_t{8190}, size_t{9999}, size_t{10000}}) {
    const double bound = 3 * std::log2(static_cast<double>(head + 1));
    const size_t stride = head > 1000 ? 7 : 1;
    for (size_t depth = 0; depth <= head; depth += stride) {
      lookups = 0;
      const auto ancestor = find_ancestor(at[head], depth, counted);
      ASSERT_TRUE(ancestor) << ancestor.error().message();
      ASSERT_EQ(ancestor->cid, at[depth]);
      ASSERT_LE(static_cast<double>(ancestor->steps), bound) << head << " to " << depth;
      ASSERT_EQ(lookups, ancestor->steps + 1);
    }
  }
}

TEST(HistoryTest, RefusesADepthBelowNoCommit) {
  Chain chain;
  const Cid head = chain.add(genesis_cid());
  EXPECT_EQ(find_ancestor(head, 2, chain.lookup()).error().code, Errc::usage);
  EXPECT_EQ(find_ancestor(head, 1, chain.lookup()).value().steps, 0u);
}

TEST(HistoryTest, RefusesAChainThatLiesAboutItsDepths) {
  Chain chain;
  Cid head = genesis_cid();
  for (int i = 0; i < 5; ++i) head = chain.add(head);
  Commit liar = chain.lookup()(head).value();
  liar.depth = 1000;
  if (jump_depth(liar.depth) + 1 == liar.depth) liar.depth = 1001;
  liar.jump = liar.parents[jump_depth(liar.depth) + 1 == liar.depth ? 0 : 1];
  const Cid cid = chain.insert(liar);
  const auto ancestor = find_ancestor(cid, 1, chain.lookup());
  ASSERT_FALSE(ancestor);
  EXPECT_EQ(ancestor.error().code, Errc::corrupt);
}

TEST(HistoryTest, ImportedHeadsStandBehindInOrderOfTheirCids) {
  Chain chain;
  std::vector<Cid> imported;
  for (const char* name : {"a", "b", "c", "d"}) {
    Cid other = chain.add(genesis_cid(), {}, name);
    for (int i = 0; i < 20; ++i) other = chain.add(other, {}, name);
    imported.push_back(other);
  }
  Cid head = chain.add(chain.add(genesis_cid()));
  // Twice, and what stands there anyway, is no parent more.
  imported.push_back(imported.front());
  imported.push_back(head);
  imported.push_back(genesis_cid());
  const Cid merged = chain.add(head, imported);
  const Commit commit = chain.lookup()(merged).value();
  ASSERT_EQ(commit.parents.size(), kParentsMax);
  EXPECT_EQ(commit.parents[0], head);
  EXPECT_EQ(commit.parents[1], genesis_cid());
  EXPECT_TRUE(std::is_sorted(commit.parents.begin() + 2, commit.parents.end()));
  EXPECT_EQ(commit.depth, 3u);
  EXPECT_EQ(commit.seq, 22u);
  // One found no room; it is taken by the next commit, behind whose head the others lie.
  const Commit next = chain.lookup()(chain.add(merged, imported)).value();
  EXPECT_EQ(next.seq, 23u);

  const Commit first = chain.lookup()(chain.add(genesis_cid(), std::span(imported).first(2))).value();
  EXPECT_EQ(first.parents.size(), 3u);
  EXPECT_EQ(first.depth, 1u);
}

TEST(HistoryTest, HandsOnThatACommitIsMissing) {
  Chain chain;
  const Cid nowhere = cid_of(Multicodec::dag_cbor, as_bytes("nowhere"));
  EXPECT_EQ(place_behind(nowhere, {}, chain.lookup()).error().code, Errc::absent);
  EXPECT_EQ(place_behind(genesis_cid(), std::vector<Cid>{nowhere}, chain.lookup()).error().code,
            Errc::absent);
  EXPECT_EQ(find_ancestor(nowhere, 0, chain.lookup()).error().code, Errc::absent);
}

}  // namespace
}  // namespace penstock
