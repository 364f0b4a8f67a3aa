// SPDX-License-Identifier: Apache-2.0
#include "dag/zero_leaves.h"

#include <array>

#include "base/check.h"
#include "base/limits.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

constexpr size_t kDigestsKept = 4096;

}  // namespace

Digest ZeroLeaves::digest(uint32_t bytes) {
  if (const auto found = digests_.find(bytes); found != digests_.end()) return found->second;
  if (digests_.size() >= kDigestsKept) digests_.clear();
  return digests_[bytes] = sha256(block(bytes));
}

Bytes ZeroLeaves::block(uint32_t bytes) {
  PENSTOCK_CHECK(bytes <= kBlockBytesMax);
  // All share them, and none of it is memory but what the system has of a page of zeros.
  static std::array<uint8_t, kBlockBytesMax> zeros;
  return Bytes(zeros).first(bytes);
}

}  // namespace penstock
