// SPDX-License-Identifier: Apache-2.0
#include "fault/frame_maker.h"

#include <array>
#include <optional>

#include "base/check.h"
#include "base/limits.h"

namespace penstock {

namespace {

std::unique_ptr<BufferPool> frame_buffers() {
  Result<std::unique_ptr<BufferPool>> pool = BufferPool::create("frames", kFrameBytesMax, 1);
  PENSTOCK_CHECK(pool.has_value());
  return std::move(*pool);
}

}  // namespace

FrameMaker::FrameMaker() : pool_(frame_buffers()), verifier_(VerifyLevel{}, pool_->acquire()) {}

Status FrameMaker::put(Store& store, std::span<const ReferenceBlock> blocks, SeededRandom& random) {
  std::vector<Digest> digests;
  for (const ReferenceBlock& block : blocks) digests.push_back(block.cid.digest);
  std::vector<Claim> claims(digests.size());
  PENSTOCK_TRY(store.claim(digests, claims));

  std::vector<BlockEntry> entries;
  raw_.clear();
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (claims[i] == Claim::present) continue;
    const ReferenceBlock& block = blocks[i];
    entries.push_back({block.cid.digest, block.cid.codec, static_cast<uint32_t>(block.bytes.size())});
    raw_.insert(raw_.end(), block.bytes.begin(), block.bytes.end());
  }
  if (entries.empty()) return {};
  return append(store, entries, raw_, random);
}

Status FrameMaker::append(Store& store, std::span<const BlockEntry> entries, Bytes raw,
                          SeededRandom& random) {
  constexpr std::array kCodecs{CodecId::stored, CodecId::lz4, CodecId::zstd, CodecId::deflate};
  EncodedBlock block{.codec = CodecId::stored, .raw = raw, .entries = entries, .payload = raw};
  block.digests_from_cpu = random.chance(0.5);
  const CodecId codec = kCodecs[random.below(kCodecs.size())];
  if (codec != CodecId::stored && raw.size() > 1) {
    payload_.resize(raw.size() - 1);
    const std::optional<size_t> bytes = encoder_.encode({codec, 1}, raw, payload_);
    if (bytes) {
      block.codec = codec;
      block.payload = Bytes(payload_).first(*bytes);
    }
  }
  PENSTOCK_TRY_ASSIGN(const VerifiedBlock verified, verifier_.verify(block));
  return store.append(verified);
}

}  // namespace penstock
