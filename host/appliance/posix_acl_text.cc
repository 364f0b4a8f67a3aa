// SPDX-License-Identifier: Apache-2.0
#include "appliance/posix_acl_text.h"

#include <fmt/format.h>

namespace penstock {
namespace {

constexpr uint32_t kVersion = 2;
constexpr size_t kHeadBytes = 4;
constexpr size_t kEntryBytes = 8;

// Tags by linux/posix_acl.h.
constexpr uint16_t kUserOwner = 0x01;
constexpr uint16_t kUser = 0x02;
constexpr uint16_t kGroupOwner = 0x04;
constexpr uint16_t kGroup = 0x08;
constexpr uint16_t kMask = 0x10;
constexpr uint16_t kOther = 0x20;

std::string tag_text(const PosixAclEntry& entry) {
  switch (entry.tag) {
    case kUserOwner:
      return "user:";
    case kUser:
      return fmt::format("user:{}", entry.id);
    case kGroupOwner:
      return "group:";
    case kGroup:
      return fmt::format("group:{}", entry.id);
    case kMask:
      return "mask:";
    case kOther:
      return "other:";
    default:
      return fmt::format("{:#x}:{}", entry.tag, entry.id);
  }
}

}  // namespace

std::optional<std::vector<PosixAclEntry>> decode_posix_acl(Bytes value) {
  if (value.size() < kHeadBytes || (value.size() - kHeadBytes) % kEntryBytes != 0) return std::nullopt;
  if (load_le<uint32_t>(value.data()) != kVersion) return std::nullopt;
  std::vector<PosixAclEntry> entries;
  for (Bytes rest = value.subspan(kHeadBytes); !rest.empty(); rest = rest.subspan(kEntryBytes))
    entries.push_back({load_le<uint16_t>(rest.data()), load_le<uint16_t>(rest.data() + 2),
                       load_le<uint32_t>(rest.data() + 4)});
  return entries;
}

std::string posix_acl_text(const std::vector<PosixAclEntry>& entries) {
  std::string text;
  for (const PosixAclEntry& entry : entries) {
    if (!text.empty()) text += ',';
    text += tag_text(entry) + ':';
    text += (entry.permissions & 4) != 0 ? 'r' : '-';
    text += (entry.permissions & 2) != 0 ? 'w' : '-';
    text += (entry.permissions & 1) != 0 ? 'x' : '-';
  }
  return text;
}

}  // namespace penstock
