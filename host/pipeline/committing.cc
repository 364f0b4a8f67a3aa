// SPDX-License-Identifier: Apache-2.0
#include "pipeline/committing.h"

#include "base/limits.h"
#include "memory/buffer_pool.h"
#include "pipeline/block_packer.h"
#include "pipeline/commit_chain.h"

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

Commit describe_put(const PutCounters& counters, const Cid& root, const PutOptions& options,
                    const CommitRequest& request) {
  Commit commit;
  commit.root = root;
  commit.time_ns = request.time_ns;
  commit.sizes = sizes_of(counters);
  commit.name = request.name;
  commit.host = request.host;
  commit.paths = request.paths;
  commit.policy = {.chunker = chunker_text(options.chunker),
                   .codec = codec_choice_text(options),
                   .profile = request.profile};
  commit.verify = verify_level_text(options.verify);
  return commit;
}

Result<Cid> commit_put(Store& store, const PutReport& put, const PutOptions& options,
                       const CommitRequest& request) {
  StoreFrameSink sink(store);
  PENSTOCK_TRY_ASSIGN(auto buffers, BufferPool::create("commit", kFrameBytesMax, BlockPacker::kBuffers));
  BlockPacker packer(sink, *buffers, options.codec, options.verify);
  Commit commit = describe_put(put.counters, put.root.cid, options, request);
  commit.meta = put.meta;
  PENSTOCK_TRY_ASSIGN(const Cid cid, CommitChain(store).append(std::move(commit), packer));
  PENSTOCK_TRY(packer.flush());
  PENSTOCK_TRY(store.commit(cid));
  return cid;
}

}  // namespace penstock
