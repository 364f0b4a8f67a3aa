// SPDX-License-Identifier: Apache-2.0
#include "drivers/xclbin/xclbin_header.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace penstock {
namespace {

// Offsets of struct axlf, as XRT's xclbin.h lays it out. Little-endian.
constexpr std::string_view kMagic("xclbin2\0", 8);
constexpr size_t kLengthAt = 304;
constexpr size_t kPlatformAt = 352;
constexpr size_t kPlatformBytes = 64;
constexpr size_t kUuidAt = 416;
constexpr size_t kSectionCountAt = 448;
constexpr size_t kSectionsAt = 456;
constexpr size_t kSectionBytes = 40;
constexpr size_t kSectionOffsetAt = 24;
constexpr size_t kSectionSizeAt = 32;

template <class Number>
Number number_at(Bytes file, size_t offset) {
  Number number;
  std::memcpy(&number, file.data() + offset, sizeof number);
  return number;
}

Failure corrupt(std::string why) {
  return fail(Errc::failed, "xclbin", std::move(why), "get the file again from where it was built");
}

Status check_sections(Bytes file) {
  const uint64_t count = number_at<uint32_t>(file, kSectionCountAt);
  if (count > (file.size() - kSectionsAt) / kSectionBytes) return corrupt("its table of sections is cut off");
  for (uint64_t i = 0; i < count; ++i) {
    const Bytes section = file.subspan(kSectionsAt + i * kSectionBytes, kSectionBytes);
    const auto offset = number_at<uint64_t>(section, kSectionOffsetAt);
    const auto size = number_at<uint64_t>(section, kSectionSizeAt);
    if (offset > file.size() || size > file.size() - offset) return corrupt("a section is cut off");
  }
  return {};
}

}  // namespace

Result<XclbinHeader> parse_xclbin_header(Bytes file) {
  if (file.size() < kMagic.size() || std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0)
    return corrupt("is not an xclbin");
  if (file.size() < kSectionsAt) return corrupt("its header is cut off");
  const auto length = number_at<uint64_t>(file, kLengthAt);
  if (length != file.size())
    return corrupt("has " + std::to_string(file.size()) + " bytes, but says " + std::to_string(length));
  PENSTOCK_TRY(check_sections(file));
  XclbinHeader header;
  std::memcpy(header.uuid.data(), file.data() + kUuidAt, header.uuid.size());
  const Bytes platform = file.subspan(kPlatformAt, kPlatformBytes);
  header.platform.assign(platform.begin(), std::ranges::find(platform, uint8_t{0}));
  return header;
}

std::string uuid_text(const std::array<uint8_t, 16>& uuid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[uuid[i] >> 4];
    text += kDigits[uuid[i] & 15];
  }
  return text;
}

}  // namespace penstock
