// SPDX-License-Identifier: Apache-2.0
#include "appliance/entry_meta_text.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <limits>

#include "appliance/line_text.h"

namespace penstock {
namespace {

char type_letter(uint32_t mode) {
  switch (mode & kModeType) {
    case kModeDirectory:
      return 'd';
    case kModeSymlink:
      return 'l';
    case kModeFifo:
      return 'p';
    case kModeSocket:
      return 's';
    case kModeBlockDevice:
      return 'b';
    case kModeCharacterDevice:
      return 'c';
    default:
      return '-';
  }
}

const std::string* name_of(const std::vector<OwnerName>& names, uint32_t id) {
  const auto found = std::ranges::lower_bound(names, id, {}, &OwnerName::id);
  return found != names.end() && found->id == id ? &found->name : nullptr;
}

std::string owner_text(const std::string* name, uint32_t id) {
  return name != nullptr ? name_text(*name) : std::to_string(id);
}

std::string hex(Bytes bytes) {
  std::string text;
  for (const uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string time_with_fraction(const FileTime& time, const std::string& fraction) {
  tm fields{};
  const time_t seconds = time.seconds;
  if (::gmtime_r(&seconds, &fields) == nullptr || fields.tm_year < -1900 || fields.tm_year > 9999 - 1900)
    return fmt::format("{}{} s", time.seconds, fraction);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", fields.tm_year + 1900, fields.tm_mon + 1,
                     fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec, fraction);
}

Json xattr_json(const Xattr& attribute) {
  Json object;
  set_text(object, "name", attribute.name);
  if (const auto* value = std::get_if<std::vector<uint8_t>>(&attribute.value)) {
    object["value_hex"] = hex(*value);
  } else {
    object["value_cid"] = std::get<Cid>(attribute.value).text();
  }
  return object;
}

}  // namespace

std::string mode_text(uint32_t mode) {
  std::string text(1, type_letter(mode));
  for (const unsigned shift : {6U, 3U, 0U}) {
    const uint32_t bits = mode >> shift;
    text += (bits & 4) != 0 ? 'r' : '-';
    text += (bits & 2) != 0 ? 'w' : '-';
    text += (bits & 1) != 0 ? 'x' : '-';
  }
  // setuid, setgid and sticky take the place of an x, in capitals where there is none.
  const auto special = [&](uint32_t bit, size_t place, char letter) {
    if ((mode & bit) == 0) return;
    text[place] = text[place] == 'x' ? letter : static_cast<char>(letter - 'a' + 'A');
  };
  special(04000, 3, 's');
  special(02000, 6, 's');
  special(01000, 9, 't');
  return text;
}

std::string file_time_text(const FileTime& time) {
  return time_with_fraction(time, "");
}

std::string exact_file_time_text(const FileTime& time) {
  return time_with_fraction(time, fmt::format(".{:09}", time.nanoseconds));
}

bool has_acl(const MetaEntry& meta) {
  return std::ranges::any_of(meta.xattrs,
                             [](const Xattr& one) { return one.name.starts_with("system.posix_acl_"); });
}

std::string user_text(const std::optional<MetaRoot>& root, uint32_t uid) {
  return owner_text(root ? name_of(root->users, uid) : nullptr, uid);
}

std::string group_text(const std::optional<MetaRoot>& root, uint32_t gid) {
  return owner_text(root ? name_of(root->groups, gid) : nullptr, gid);
}

void set_meta(Json& object, const MetaEntry& meta, const std::optional<MetaRoot>& root) {
  object["mode"] = fmt::format("{:06o}", meta.mode);
  object["uid"] = meta.uid;
  if (const std::string* name = root ? name_of(root->users, meta.uid) : nullptr)
    set_text(object, "user", *name);
  object["gid"] = meta.gid;
  if (const std::string* name = root ? name_of(root->groups, meta.gid) : nullptr)
    set_text(object, "group", *name);
  object["mtime"] = exact_file_time_text(meta.mtime);
  object["mtime_seconds"] = meta.mtime.seconds;
  object["mtime_nanoseconds"] = meta.mtime.nanoseconds;
  if (meta.device) object["device"] = {{"major", meta.device->major}, {"minor", meta.device->minor}};
  if (!meta.hard_link.empty()) set_text(object, "hard_link", meta.hard_link);
  if (meta.xattrs.empty()) return;
  Json xattrs = Json::array();
  for (const Xattr& attribute : meta.xattrs) xattrs.push_back(xattr_json(attribute));
  object["xattrs"] = std::move(xattrs);
}

}  // namespace penstock
