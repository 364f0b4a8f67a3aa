// SPDX-License-Identifier: Apache-2.0
#include "unit/store/block_maker.h"

#include <random>

#include "dag/commit.h"
#include "dag/history.h"
#include "unit/store/verified_frame.h"

namespace penstock {
std::vector<uint8_t> random_bytes(uint64_t seed, size_t bytes) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> out(bytes);
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(random() >> 32);
  return out;
}

TestBlock raw_block(uint64_t seed, size_t bytes) {
  TestBlock block;
  block.bytes = random_bytes(seed, bytes);
  block.cid = cid_of(Multicodec::raw, block.bytes);
  return block;
}

TestBlock text_block(std::string_view text, Multicodec codec) {
  TestBlock block;
  block.bytes.assign(text.begin(), text.end());
  block.cid = cid_of(codec, block.bytes);
  return block;
}

Status BlockMaker::append(Store& store, const std::vector<TestBlock>& blocks) const {
  return store.append(VerifiedFrame(blocks, codec_).block());
}

Result<TestBlock> BlockMaker::append_commit(Store& store, const Cid& root) const {
  const auto reader = store.new_reader();
  const Cid head = store.commits().empty() ? genesis_cid() : store.commits().back().cid;
  const auto lookup = [&](const Cid& cid) { return read_commit(*reader, cid); };
  PENSTOCK_TRY_ASSIGN(const CommitPlace place, place_behind(head, {}, lookup));
  Commit commit;
  commit.root = root;
  commit.parents = place.parents;
  commit.jump = place.jump;
  commit.depth = place.depth;
  commit.seq = place.seq;
  commit.name = "test";
  commit.policy = {"cdc:16K:64K:256K", "auto", "penstock"};
  commit.verify = "full";
  TestBlock block;
  PENSTOCK_TRY_ASSIGN(block.bytes, encode_commit(commit));
  block.cid = cid_of(Multicodec::dag_cbor, block.bytes);
  PENSTOCK_TRY(append(store, {block}));
  return block;
}

Result<TestBlock> BlockMaker::commit(Store& store, const Cid& root) const {
  PENSTOCK_TRY_ASSIGN(TestBlock block, append_commit(store, root));
  PENSTOCK_TRY(store.commit(block.cid));
  return block;
}

}  // namespace penstock
