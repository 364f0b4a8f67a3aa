// SPDX-License-Identifier: Apache-2.0
#include "pipeline/commit_chain.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "dag/history.h"

namespace penstock {
namespace {

constexpr size_t kPlacesMax = 1 << 16;

}  // namespace

CommitChain::CommitChain(Store& store)
    : store_(&store),
      reader_(store.new_reader()),
      head_(store.commits().empty() ? genesis_cid() : store.commits().back().cid) {}

Commit CommitChain::place_of(const Commit& commit) {
  Commit place;
  place.parents = commit.parents;
  place.jump = commit.jump;
  place.depth = commit.depth;
  place.seq = commit.seq;
  return place;
}

Cid CommitChain::at_depth(uint64_t depth) const {
  return depth == 0 ? genesis_cid() : store_->commits()[depth - 1].cid;
}

Result<Commit> CommitChain::read(const Cid& cid) const {
  Result<Commit> commit = read_commit(*reader_, cid);
  if (commit || (commit.error().code != Errc::corrupt && commit.error().code != Errc::absent)) return commit;
  const auto commits = store_->commits();
  const auto at = std::ranges::find(commits, cid, &LoggedCommit::cid);
  if (at == commits.end()) return commit;
  Commit known;
  known.depth = static_cast<uint64_t>(at - commits.begin()) + 1;
  known.seq = known.depth;
  known.parents = {at_depth(known.depth - 1)};
  known.jump = at_depth(jump_depth(known.depth));
  return known;
}

Result<Commit> CommitChain::look_up(const Cid& cid) {
  if (const auto known = places_.find(cid.digest); known != places_.end()) return known->second;
  PENSTOCK_TRY_ASSIGN(const Commit commit, read(cid));
  return places_.emplace(cid.digest, place_of(commit)).first->second;
}

void CommitChain::settle() {
  if (places_.size() > kPlacesMax) places_.clear();
}

Result<Cid> CommitChain::append(Commit commit, BlockSink& sink) {
  const CommitLookup lookup = [this](const Cid& cid) { return look_up(cid); };
  PENSTOCK_TRY_ASSIGN(CommitPlace place, place_behind(head_, {}, lookup));
  commit.parents = std::move(place.parents);
  commit.jump = place.jump;
  commit.depth = place.depth;
  commit.seq = place.seq;
  PENSTOCK_TRY_ASSIGN(const std::vector<uint8_t> block, encode_commit(commit));
  const Cid cid = cid_of(Multicodec::dag_cbor, block);
  PENSTOCK_TRY(sink.put(cid, block));
  places_.emplace(cid.digest, place_of(commit));
  head_ = cid;
  return cid;
}

}  // namespace penstock
