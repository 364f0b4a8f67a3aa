// SPDX-License-Identifier: Apache-2.0
#include "dag/zero_leaves.h"

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
  if (zeros_.size() < bytes) zeros_.resize(bytes);
  return Bytes(zeros_).first(bytes);
}

}  // namespace penstock
