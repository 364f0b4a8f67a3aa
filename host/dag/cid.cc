// SPDX-License-Identifier: Apache-2.0
#include "dag/cid.h"

#include <algorithm>

#include "dag/multibase.h"
#include "dag/varint.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

constexpr uint64_t kVersion = 1;
constexpr size_t kV0Letters = 46;
constexpr size_t kTextBytesShown = 80;

bool is_supported(uint64_t codec) {
  return codec == 0x55 || codec == 0x70 || codec == 0x71;
}

// The fault of a binary CID of version 1, or nothing and `cid` is set.
const char* take_binary_cid(Bytes bytes, Cid& cid) {
  // A node has thousands of them: what is right is taken at once, what is wrong is looked at closely.
  if (bytes.size() == Cid::kBinaryBytes && bytes[0] == kVersion && is_supported(bytes[1]) &&
      bytes[2] == static_cast<uint8_t>(HashId::sha2_256) && bytes[3] == cid.digest.bytes.size()) {
    cid.codec = static_cast<Multicodec>(bytes[1]);
    std::ranges::copy(bytes.subspan(4), cid.digest.bytes.begin());
    return nullptr;
  }
  const auto version = take_varint(bytes);
  if (version != kVersion) return "not a CID of version 1";
  const auto codec = take_varint(bytes);
  if (!codec || !is_supported(*codec)) return "its codec is not raw, dag-pb or dag-cbor";
  const auto hash = take_varint(bytes);
  if (hash != static_cast<uint64_t>(HashId::sha2_256)) return "its hash function is not sha2-256";
  const auto length = take_varint(bytes);
  if (length != cid.digest.bytes.size() || bytes.size() != cid.digest.bytes.size())
    return "its digest is not of 32 bytes";
  cid.codec = static_cast<Multicodec>(*codec);
  std::ranges::copy(bytes, cid.digest.bytes.begin());
  return nullptr;
}

Failure malformed(std::string_view text, std::string why) {
  std::string shown(text.substr(0, kTextBytesShown));
  for (char& letter : shown) {
    if (letter < ' ' || letter > '~') letter = '?';
  }
  return fail(Errc::usage, "CID '" + shown + "'", std::move(why),
              "give a CID as put printed it, b and 58 letters or digits");
}

}  // namespace

std::string Cid::text() const {
  return "b" + base32_text(binary());
}

std::array<uint8_t, Cid::kBinaryBytes> Cid::binary() const {
  std::array<uint8_t, kBinaryBytes> bytes{};
  bytes[0] = kVersion;
  bytes[1] = static_cast<uint8_t>(codec);
  bytes[2] = static_cast<uint8_t>(HashId::sha2_256);
  bytes[3] = static_cast<uint8_t>(digest.bytes.size());
  std::ranges::copy(digest.bytes, bytes.begin() + 4);
  return bytes;
}

Cid cid_of(Multicodec codec, Bytes block) {
  return {codec, sha256(block)};
}

Result<Cid> parse_cid(std::string_view text) {
  if (text.empty()) return malformed(text, "it is empty");
  if (text.size() == kV0Letters && text.starts_with("Qm")) {
    const auto bytes = base58_bytes(text);
    Cid cid{Multicodec::dag_pb, {}};
    if (!bytes || bytes->size() != 34 || (*bytes)[0] != 0x12 || (*bytes)[1] != 32)
      return malformed(text, "it looks like a CID of version 0, but is not well-formed base58");
    std::copy(bytes->begin() + 2, bytes->end(), cid.digest.bytes.begin());
    return cid;
  }
  if (text.front() != 'b') return malformed(text, "it is not in lower-case base32 (prefix b)");
  const auto bytes = base32_bytes(text.substr(1));
  if (!bytes) return malformed(text, "it is not well-formed base32");
  Cid cid;
  if (const char* fault = take_binary_cid(*bytes, cid)) return malformed(text, fault);
  return cid;
}

Result<Cid> parse_binary_cid(Bytes bytes) {
  Cid cid;
  if (const char* fault = take_binary_cid(bytes, cid)) return fail(Errc::corrupt, "binary CID", fault);
  return cid;
}

}  // namespace penstock
