// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/digest.h"
#include "base/result.h"
#include "store/store.h"
#include "store/store_check.h"
#include "verify/verified_block.h"

namespace penstock {

// Where a put's verified frames go: a store, or for analyze a counter. Called by all lanes at once.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // As Store::claim.
  virtual Status claim(std::span<const Digest> digests, std::span<Claim> claims) = 0;
  // As Store::append.
  virtual Status append(const VerifiedBlock& block) = 0;
  // Reads back what was appended and is not committed, and checks every byte; no append is under way.
  virtual Status recheck() = 0;
  // As Store::checkpoint, where there is anything to make durable; no append is under way.
  virtual Status checkpoint() { return {}; }
};

// A Store as a FrameSink.
class StoreFrameSink final : public FrameSink {
 public:
  explicit StoreFrameSink(Store& store) : store_(&store) {}
  Status claim(std::span<const Digest> digests, std::span<Claim> claims) override {
    return store_->claim(digests, claims);
  }
  Status append(const VerifiedBlock& block) override { return store_->append(block); }
  Status recheck() override { return check_uncommitted(*store_); }
  Status checkpoint() override { return store_->checkpoint(); }

 private:
  Store* store_;
};

}  // namespace penstock
