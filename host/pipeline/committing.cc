// SPDX-License-Identifier: Apache-2.0
#include "pipeline/committing.h"

#include <algorithm>
#include <span>
#include <utility>

#include "dag/commit.h"
#include "dag/history.h"

namespace penstock {
namespace {

CommitSizes sizes_of(const PutCounters& counters) {
  CommitSizes sizes;
  sizes.content_bytes = counters.bytes_content;
  sizes.files = counters.files;
  sizes.directories = counters.directories;
  sizes.symlinks = counters.symlinks;
  sizes.new_blocks = counters.chunks - counters.chunks_duplicate + counters.nodes;
  sizes.new_bytes = counters.bytes_unique + counters.bytes_nodes_raw;
  sizes.stored_bytes = counters.bytes_stored + counters.bytes_nodes;
  return sizes;
}

// Commits by CID for finding the next one's place. The history of a store is one line, so that commits.log
// alone says what a commit at some depth holds of it: a damaged commit block, which no put can bring back,
// must not keep the store from taking new ones.
class LoggedHistory {
 public:
  LoggedHistory(Store& store, BlockSource& reader) : commits_(store.commits()), reader_(&reader) {}

  Result<Commit> look_up(const Cid& cid) const {
    Result<Commit> commit = read_commit(*reader_, cid);
    if (commit || (commit.error().code != Errc::corrupt && commit.error().code != Errc::absent))
      return commit;
    const auto at = std::ranges::find(commits_, cid, &LoggedCommit::cid);
    if (at == commits_.end()) return commit;
    Commit known;
    known.depth = static_cast<uint64_t>(at - commits_.begin()) + 1;
    known.seq = known.depth;
    known.parents = {at_depth(known.depth - 1)};
    known.jump = at_depth(jump_depth(known.depth));
    return known;
  }

 private:
  Cid at_depth(uint64_t depth) const { return depth == 0 ? genesis_cid() : commits_[depth - 1].cid; }

  std::span<const LoggedCommit> commits_;
  BlockSource* reader_;
};

}  // namespace

Result<Cid> commit_put(Store& store, const PutReport& put, const PutOptions& options,
                       const CommitRequest& request) {
  const std::unique_ptr<BlockSource> reader = store.new_reader();
  const LoggedHistory history(store, *reader);
  const CommitLookup lookup = [&](const Cid& cid) { return history.look_up(cid); };
  const Cid head = store.commits().empty() ? genesis_cid() : store.commits().back().cid;
  PENSTOCK_TRY_ASSIGN(CommitPlace place, place_behind(head, {}, lookup));

  Commit commit;
  commit.root = put.root.cid;
  commit.parents = std::move(place.parents);
  commit.jump = place.jump;
  commit.depth = place.depth;
  commit.seq = place.seq;
  commit.time_ns = request.time_ns;
  commit.sizes = sizes_of(put.counters);
  commit.name = request.name;
  commit.host = request.host;
  commit.paths = request.paths;
  commit.policy = {.chunker = chunker_text(options.chunker),
                   .codec = codec_choice_text(options),
                   .profile = request.profile};
  commit.verify = verify_level_text(options.verify);
  PENSTOCK_TRY_ASSIGN(const std::vector<uint8_t> block, encode_commit(commit));

  const Cid cid = cid_of(Multicodec::dag_cbor, block);
  StoreFrameSink sink(store);
  PENSTOCK_TRY(put_block(sink, cid, block, options));
  PENSTOCK_TRY(store.commit(cid));
  return cid;
}

}  // namespace penstock
