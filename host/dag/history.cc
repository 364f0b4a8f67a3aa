// SPDX-License-Identifier: Apache-2.0
#include "dag/history.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace penstock {
namespace {

Failure lying(const Cid& commit, std::string why) {
  return fail(Errc::corrupt, "commit " + commit.text(), std::move(why),
              "no penstock made it so: put the data into a new store");
}

}  // namespace

uint64_t jump_depth(uint64_t depth) {
  PENSTOCK_CHECK(depth > 0);
  // Greedily the greatest terms 2^k - 1; what is left when one term uses it up is the least of them.
  uint64_t rest = depth;
  while (true) {
    const uint64_t below = std::bit_floor(rest + 1) - 1;  // rest + 1 cannot wrap: no history is 2^64 long
    if (below == rest) return depth - rest;
    rest -= below;
  }
}

Result<CommitPlace> place_behind(const Cid& head, std::span<const Cid> imported, const CommitLookup& lookup) {
  PENSTOCK_TRY_ASSIGN(const Commit previous, lookup(head));
  CommitPlace place;
  place.depth = previous.depth + 1;
  place.seq = previous.seq;
  place.parents.push_back(head);

  const uint64_t target = jump_depth(place.depth);
  if (target == previous.depth) {
    place.jump = head;
  } else {
    // The gaps of head and of its jump are equal, so this is where the jump's own jump leads.
    if (!previous.jump) return lying(head, "it has a depth, but no jump");
    PENSTOCK_TRY_ASSIGN(const Commit jumped, lookup(*previous.jump));
    if (!jumped.jump || jump_depth(jumped.depth) != target)
      return lying(head, "its jump does not lead to the depth that it must");
    place.jump = *jumped.jump;
  }
  const std::optional<Cid> second = place.jump == head ? previous.jump : place.jump;
  if (second) place.parents.push_back(*second);

  std::vector<Cid> others(imported.begin(), imported.end());
  std::ranges::sort(others);
  for (const Cid& other : others) {
    if (place.parents.size() == kParentsMax) break;
    if (std::ranges::find(place.parents, other) != place.parents.end() || other == genesis_cid()) continue;
    PENSTOCK_TRY_ASSIGN(const Commit commit, lookup(other));
    place.seq = std::max(place.seq, commit.seq);
    place.parents.push_back(other);
  }
  ++place.seq;
  return place;
}

Result<Ancestor> find_ancestor(const Cid& head, uint64_t depth, const CommitLookup& lookup) {
  Ancestor at{.cid = head, .commit = {}, .steps = 0};
  PENSTOCK_TRY_ASSIGN(at.commit, lookup(head));
  if (depth > at.commit.depth) {
    return fail(Errc::usage, "depth " + std::to_string(depth),
                "commit " + head.text() + " is only of depth " + std::to_string(at.commit.depth),
                "give a depth up to that");
  }
  while (at.commit.depth > depth) {
    const uint64_t jump = jump_depth(at.commit.depth);
    const uint64_t expected = jump >= depth ? jump : at.commit.depth - 1;
    if (at.commit.parents.empty() || !at.commit.jump) return lying(at.cid, "it has a depth, but no parents");
    at.cid = jump >= depth ? *at.commit.jump : at.commit.parents.front();
    PENSTOCK_TRY_ASSIGN(at.commit, lookup(at.cid));
    if (at.commit.depth != expected) {
      return lying(at.cid, "its depth is " + std::to_string(at.commit.depth) + ", not " +
                               std::to_string(expected) + " as its child's");
    }
    ++at.steps;
  }
  return at;
}

}  // namespace penstock
