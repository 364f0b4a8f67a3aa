// SPDX-License-Identifier: Apache-2.0
#include "pipeline/block_packer.h"

#include <cstring>

#include "base/check.h"
#include "base/limits.h"

namespace penstock {

BlockPacker::BlockPacker(FrameSink& sink, BufferPool& buffers, CodecSpec codec, VerifyLevel verify)
    : sink_(&sink),
      codec_(codec),
      raw_(buffers.acquire()),
      payload_(buffers.acquire()),
      verifier_(verify, buffers.acquire()) {
  entries_.reserve(kFrameChunksMax);
  digests_.reserve(kFrameChunksMax);
}

Status BlockPacker::put(const Cid& cid, Bytes block) {
  PENSTOCK_CHECK(block.size() <= raw_.capacity());
  if (raw_bytes_ + block.size() > raw_.capacity() || entries_.size() == kFrameChunksMax)
    PENSTOCK_TRY(flush());
  if (!block.empty()) std::memcpy(raw_.bytes().data() + raw_bytes_, block.data(), block.size());
  raw_bytes_ += block.size();
  entries_.push_back({cid.digest, cid.codec, static_cast<uint32_t>(block.size())});
  return {};
}

Status BlockPacker::flush() {
  if (entries_.empty()) return {};
  digests_.clear();
  for (const BlockEntry& entry : entries_) digests_.push_back(entry.digest);
  claims_.assign(entries_.size(), Claim::present);
  PENSTOCK_TRY(sink_->claim(digests_, claims_));
  keep_missing();
  if (!entries_.empty()) {
    const Bytes raw = raw_.bytes().first(raw_bytes_);
    EncodedBlock block{
        .codec = CodecId::stored, .raw = raw, .entries = entries_, .payload = raw, .digests_from_cpu = true};
    const size_t room = raw.empty() ? 0 : raw.size() - 1;
    if (const auto length = encoder_.encode(codec_, raw, payload_.bytes().first(room))) {
      block.codec = codec_.id;
      block.payload = payload_.bytes().first(*length);
    }
    PENSTOCK_TRY_ASSIGN(const VerifiedBlock verified, verifier_.verify(block));
    PENSTOCK_TRY(sink_->append(verified));
    blocks_ += entries_.size();
    bytes_raw_ += raw.size();
    bytes_stored_ += block.payload.size();
    if (appended_) appended_(block.payload.size());
  }
  entries_.clear();
  raw_bytes_ = 0;
  return {};
}

// Closes the gaps that blocks leave which the sink has already.
void BlockPacker::keep_missing() {
  uint8_t* base = raw_.bytes().data();
  size_t from = 0;
  size_t to = 0;
  size_t kept = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const BlockEntry entry = entries_[i];
    if (claims_[i] == Claim::yours) {
      std::memmove(base + to, base + from, entry.length);
      entries_[kept++] = entry;
      to += entry.length;
    }
    from += entry.length;
  }
  entries_.resize(kept);
  raw_bytes_ = to;
}

}  // namespace penstock
