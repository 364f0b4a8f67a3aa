// SPDX-License-Identifier: Apache-2.0
#include "store/file_header.h"

#include <algorithm>

#include "base/check.h"
#include "base/crc32c.h"

namespace penstock {
namespace {

constexpr uint32_t kVersion = 1;
constexpr size_t kMagicBytes = 8;
constexpr size_t kCrcAt = 28;

}  // namespace

std::array<uint8_t, kFileHeaderBytes> encode_file_header(std::string_view magic, const StoreUuid& uuid) {
  PENSTOCK_CHECK(magic.size() == kMagicBytes);
  std::array<uint8_t, kFileHeaderBytes> bytes;
  std::ranges::copy(magic, bytes.begin());
  store_le(&bytes[8], kVersion);
  std::ranges::copy(uuid.bytes, &bytes[12]);
  store_le(&bytes[kCrcAt], crc32c(Bytes(bytes).first(kCrcAt)));
  return bytes;
}

Status check_file_header(Bytes bytes, std::string_view magic, const StoreUuid& uuid) {
  const auto damaged = [](const char* why) { return fail(Errc::corrupt, "header", why); };
  if (bytes.size() < kFileHeaderBytes) return damaged("is cut off");
  if (as_text(bytes.first(kMagicBytes)) != magic) return damaged("is damaged, or of another kind of file");
  if (load_le<uint32_t>(&bytes[kCrcAt]) != crc32c(bytes.first(kCrcAt))) return damaged("checksum differs");
  if (load_le<uint32_t>(&bytes[8]) != kVersion) return damaged("is of an unknown version");
  if (!std::ranges::equal(bytes.subspan(12, uuid.bytes.size()), uuid.bytes)) {
    return damaged("belongs to another store");
  }
  return {};
}

}  // namespace penstock
