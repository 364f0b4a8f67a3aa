// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "codec/codec.h"
#include "dag/block_io.h"
#include "hash/sha256.h"
#include "pipeline/frame_sink.h"

namespace penstock {

// A FrameSink in memory that decodes what it is given, and the BlockSource to read it back. It can be slow,
// and fail at the n-th append.
class MemorySink final : public FrameSink, public BlockSource {
 public:
  Status claim(std::span<const Digest> digests, std::span<Claim> claims) override {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < digests.size(); ++i)
      claims[i] = claimed_.insert(digests[i]).second ? Claim::yours : Claim::present;
    return {};
  }

  Status append(const VerifiedBlock& block) override {
    if (append_delay.count() > 0) std::this_thread::sleep_for(append_delay);
    const std::lock_guard lock(mutex_);
    if (appends_ >= fail_after) return fail(Errc::failed, "sink", "no space left on device");
    ++appends_;
    std::vector<uint8_t> raw(block.raw_length());
    if (!decoder_.decode(block.codec(), block.payload(), raw))
      return fail(Errc::corrupt, "sink", "bad frame");
    size_t at = 0;
    for (const BlockEntry& entry : block.entries()) {
      const bool fresh =
          blocks_
              .emplace(entry.digest, std::vector<uint8_t>(raw.begin() + static_cast<long>(at),
                                                          raw.begin() + static_cast<long>(at + entry.length)))
              .second;
      if (!fresh) ++appended_twice;
      at += entry.length;
    }
    return {};
  }

  Status recheck() override {
    const std::lock_guard lock(mutex_);
    ++rechecks;
    for (const auto& [digest, bytes] : blocks_)
      if (sha256(bytes) != digest) return fail(Errc::corrupt, "sink", "a block does not match its address");
    return {};
  }

  // What a checkpoint is made of: all that was claimed has come.
  Status checkpoint() override {
    const std::lock_guard lock(mutex_);
    ++checkpoints;
    if (claimed_.size() != blocks_.size())
      return fail(Errc::failed, "sink", "a block was claimed and not appended");
    return checkpoints == fails_at_checkpoint ? fail(Errc::failed, "sink", "I/O error") : Status();
  }

  Result<Bytes> read(const Cid& cid) override {
    const std::lock_guard lock(mutex_);
    const auto found = blocks_.find(cid.digest);
    if (found == blocks_.end()) return fail(Errc::absent, cid.text(), "is not there");
    return Bytes(found->second);
  }

  size_t appends() const { return appends_; }
  size_t blocks() const { return blocks_.size(); }
  size_t claimed() const { return claimed_.size(); }

  std::chrono::milliseconds append_delay{0};
  size_t fail_after = SIZE_MAX;
  size_t appended_twice = 0;
  size_t rechecks = 0;
  size_t checkpoints = 0;
  size_t fails_at_checkpoint = 0;  // the first is 1; 0: none

 private:
  std::mutex mutex_;
  Decoder decoder_;
  std::set<Digest> claimed_;
  std::map<Digest, std::vector<uint8_t>> blocks_;
  std::atomic<size_t> appends_{0};
};

}  // namespace penstock
