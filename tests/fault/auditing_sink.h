// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/limits.h"
#include "codec/codec.h"
#include "fault/stranded_record.h"
#include "hash/sha256.h"
#include "pipeline/frame_sink.h"

namespace penstock {

// A FrameSink that believes nobody: it decodes and digests what it is given, and keeps the digests alone.
// Damage is not refused: read back, it is told.
class AuditingSink final : public FrameSink {
 public:
  // `record` is borrowed.
  explicit AuditingSink(const StrandedRecord& record) : record_(&record), raw_(kFrameBytesMax) {}

  Status claim(std::span<const Digest> digests, std::span<Claim> claims) override {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < digests.size(); ++i)
      claims[i] = claimed_.insert(digests[i]).second ? Claim::yours : Claim::present;
    return {};
  }

  Status append(const VerifiedBlock& block) override {
    const std::lock_guard lock(mutex_);
    if (record_->holds_any_of(block.payload())) note("a payload lies in memory that a device may write to");
    const MutableBytes raw = MutableBytes(raw_).first(block.raw_length());
    if (!decoder_.decode(block.codec(), block.payload(), raw)) {
      ++damages_;
      for (const BlockEntry& entry : block.entries()) appended_.insert(entry.digest);
      return {};
    }
    size_t at = 0;
    for (const BlockEntry& entry : block.entries()) {
      if (sha256(Bytes(raw).subspan(at, entry.length)) != entry.digest) ++damages_;
      if (!appended_.insert(entry.digest).second) note("a block came twice");
      at += entry.length;
    }
    if (at != raw.size()) note("a frame has bytes of no block");
    return {};
  }

  Status recheck() override {
    const std::lock_guard lock(mutex_);
    ++rechecks_;
    if (damages_ > 0) return fail(Errc::corrupt, "sink", "a block does not match its address");
    return {};
  }

  // What no level of verification allows.
  std::vector<std::string> complaints() const {
    const std::lock_guard lock(mutex_);
    return complaints_;
  }
  // When the put is over. Whether what was claimed came, and nothing else.
  bool whole() const { return claimed_ == appended_; }
  size_t damages() const { return damages_; }
  size_t rechecks() const { return rechecks_; }

 private:
  void note(std::string complaint) { complaints_.push_back(std::move(complaint)); }

  const StrandedRecord* record_;
  mutable std::mutex mutex_;
  Decoder decoder_;
  std::vector<uint8_t> raw_;
  std::unordered_set<Digest, DigestHash> claimed_;
  std::unordered_set<Digest, DigestHash> appended_;
  std::vector<std::string> complaints_;
  size_t damages_ = 0;
  size_t rechecks_ = 0;
};

}  // namespace penstock
