// SPDX-License-Identifier: Apache-2.0
#include "store/segment_header.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/crc32c.h"

namespace penstock {
namespace {

constexpr std::string_view kMagic = "PENSTSEG";
constexpr uint32_t kVersion = 1;
constexpr size_t kCrcAt = 32;
constexpr std::string_view kSuffix = ".seg";
constexpr size_t kDigits = 8;

}  // namespace

std::array<uint8_t, SegmentHeader::kBytes> encode_segment_header(const SegmentHeader& header) {
  std::array<uint8_t, SegmentHeader::kBytes> bytes;
  std::ranges::copy(kMagic, bytes.begin());
  store_le(&bytes[8], kVersion);
  store_le(&bytes[12], header.segment);
  std::ranges::copy(header.uuid.bytes, &bytes[16]);
  store_le(&bytes[kCrcAt], crc32c(Bytes(bytes).first(kCrcAt)));
  return bytes;
}

Result<SegmentHeader> parse_segment_header(Bytes bytes) {
  const auto damaged = [](const char* why) { return fail(Errc::corrupt, "segment header", why); };
  if (bytes.size() < SegmentHeader::kBytes) return damaged("is cut off");
  if (as_text(bytes.first(kMagic.size())) != kMagic) return damaged("is not that of a segment");
  if (load_le<uint32_t>(&bytes[kCrcAt]) != crc32c(bytes.first(kCrcAt))) return damaged("checksum differs");
  if (load_le<uint32_t>(&bytes[8]) != kVersion) return damaged("is of an unknown version");
  SegmentHeader header;
  header.segment = load_le<uint32_t>(&bytes[12]);
  std::copy_n(&bytes[16], header.uuid.bytes.size(), header.uuid.bytes.begin());
  return header;
}

std::string segment_file_name(uint32_t segment) {
  char name[kDigits + kSuffix.size() + 1];
  std::snprintf(name, sizeof name, "%08x.seg", segment);
  return name;
}

std::optional<uint32_t> parse_segment_file_name(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  uint32_t segment = 0;
  std::from_chars(name.data(), name.data() + kDigits, segment, 16);
  if (segment == 0 || name != segment_file_name(segment)) return std::nullopt;
  return segment;
}

}  // namespace penstock
