// SPDX-License-Identifier: Apache-2.0
#include "unit/store/block_maker.h"

#include <random>

#include "base/limits.h"
#include "dag/commit.h"
#include "dag/history.h"

namespace penstock {
namespace {

std::unique_ptr<BufferPool> make_pool() {
  auto pool = BufferPool::create("test", kFrameBytesMax, 2);
  return std::move(*pool);
}

}  // namespace

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

BlockMaker::BlockMaker(CodecId codec)
    : codec_(codec), pool_(make_pool()), verifier_(VerifyLevel{}, pool_->acquire(), pool_->acquire()) {}

Status BlockMaker::append(Store& store, const std::vector<TestBlock>& blocks) {
  std::vector<uint8_t> raw;
  std::vector<BlockEntry> entries;
  for (const TestBlock& block : blocks) {
    raw.insert(raw.end(), block.bytes.begin(), block.bytes.end());
    entries.push_back({block.cid.digest, block.cid.codec, static_cast<uint32_t>(block.bytes.size())});
  }
  std::vector<uint8_t> payload(raw.size());
  EncodedBlock encoded;
  encoded.raw = raw;
  encoded.entries = entries;
  encoded.payload_in_host_memory = true;
  const auto size = codec_ == CodecId::stored || raw.empty()
                        ? std::nullopt
                        : encoder_.encode({codec_, 1}, raw, MutableBytes(payload).first(raw.size() - 1));
  encoded.codec = size ? codec_ : CodecId::stored;
  encoded.payload = size ? Bytes(payload).first(*size) : Bytes(raw);
  PENSTOCK_TRY_ASSIGN(const VerifiedBlock verified, verifier_.verify(encoded));
  return store.append(verified);
}

Result<TestBlock> BlockMaker::append_commit(Store& store, const Cid& root) {
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

Result<TestBlock> BlockMaker::commit(Store& store, const Cid& root) {
  PENSTOCK_TRY_ASSIGN(TestBlock block, append_commit(store, root));
  PENSTOCK_TRY(store.commit(block.cid));
  return block;
}

}  // namespace penstock
