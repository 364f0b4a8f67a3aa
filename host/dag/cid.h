// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"

namespace penstock {

// A content identifier, version 1, with a sha2-256 multihash (https://github.com/multiformats/cid).
struct Cid {
  static constexpr size_t kBinaryBytes = 36;  // version, codec, 0x12, 32, digest: one byte each for ours

  Multicodec codec = Multicodec::raw;
  Digest digest;

  friend bool operator==(const Cid&, const Cid&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that is compared with for a pointer
  friend auto operator<=>(const Cid&, const Cid&) = default;

  std::string text() const;  // base32, lower case, prefix b
  std::array<uint8_t, kBinaryBytes> binary() const;
};

struct CidHash {
  size_t operator()(const Cid& cid) const {
    return DigestHash()(cid.digest) ^ static_cast<size_t>(cid.codec);
  }
};

// The CID of `block`: hashes it.
Cid cid_of(Multicodec codec, Bytes block);

// usage error: malformed, another version, codec or hash function than ours. CIDv0 (Qm…) is taken as its v1
// dag-pb twin.
Result<Cid> parse_cid(std::string_view text);
// corrupt error: not exactly one binary CID of ours.
Result<Cid> parse_binary_cid(Bytes bytes);

}  // namespace penstock
