// SPDX-License-Identifier: Apache-2.0
#include "pipeline/committing.h"

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

}  // namespace

Result<Cid> commit_put(Store& store, const PutReport& put, const PutOptions& options,
                       const CommitRequest& request) {
  const std::unique_ptr<BlockSource> reader = store.new_reader();
  const CommitLookup lookup = [&](const Cid& cid) { return read_commit(*reader, cid); };
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
                   .codec = codec_text(options.codec),
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
