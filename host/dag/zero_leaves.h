// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/bytes.h"
#include "base/digest.h"

namespace penstock {

// The digests of raw leaves that are nothing but zero bytes, each computed once. Bounded. One thread.
class ZeroLeaves {
 public:
  // Digest of `bytes` zero bytes, up to kBlockBytesMax.
  Digest digest(uint32_t bytes);
  bool known(uint32_t bytes) const { return digests_.contains(bytes); }
  // `bytes` zero bytes; valid for good.
  static Bytes block(uint32_t bytes);

 private:
  std::unordered_map<uint32_t, Digest> digests_;
};

}  // namespace penstock
