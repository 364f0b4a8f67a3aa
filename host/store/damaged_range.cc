// SPDX-License-Identifier: Apache-2.0
#include "store/damaged_range.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/limits.h"

namespace penstock {
namespace {

constexpr std::string_view kMagic = "PQUA";
constexpr size_t kCrcAt = 20;

}  // namespace

std::string_view damage_text(DamageKind kind) {
  switch (kind) {
    case DamageKind::head:
      return "no readable record";
    case DamageKind::payload:
      return "the payload's checksum differs";
    case DamageKind::undecodable:
      return "the payload does not decode";
    case DamageKind::digest:
      return "a block does not match its address";
    case DamageKind::missing:
      return "the end of the file is missing";
  }
  return "damaged";
}

std::array<uint8_t, DamagedRange::kBytes> encode_damaged_range(const DamagedRange& range,
                                                               const StoreUuid& uuid) {
  std::array<uint8_t, DamagedRange::kBytes> bytes;
  std::ranges::copy(kMagic, bytes.begin());
  store_le(&bytes[4], range.segment);
  store_le(&bytes[8], range.begin);
  store_le(&bytes[12], range.end);
  store_le(&bytes[16], static_cast<uint32_t>(range.kind));
  store_le(&bytes[kCrcAt], crc32c(Bytes(bytes).first(kCrcAt), crc32c(uuid.bytes)));
  return bytes;
}

Result<DamagedRange> parse_damaged_range(Bytes bytes, const StoreUuid& uuid) {
  const auto damaged = [](const char* why) { return fail(Errc::corrupt, "quarantine record", why); };
  if (bytes.size() < DamagedRange::kBytes) return damaged("is cut off");
  if (as_text(bytes.first(kMagic.size())) != kMagic) return damaged("does not begin here");
  if (load_le<uint32_t>(&bytes[kCrcAt]) != crc32c(bytes.first(kCrcAt), crc32c(uuid.bytes))) {
    return damaged("checksum differs");
  }
  const auto kind = load_le<uint32_t>(&bytes[16]);
  const DamagedRange range{load_le<uint32_t>(&bytes[4]), load_le<uint32_t>(&bytes[8]),
                           load_le<uint32_t>(&bytes[12]), static_cast<DamageKind>(kind)};
  if (kind < 1 || kind > 5 || range.segment == 0 || range.begin >= range.end ||
      range.end > kSegmentBytesMax) {
    return damaged("has impossible numbers");
  }
  return range;
}

}  // namespace penstock
