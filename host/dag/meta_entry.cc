// SPDX-License-Identifier: Apache-2.0
#include "dag/meta_entry.h"

#include <algorithm>
#include <utility>

#include "dag/cbor_writer.h"
#include "dag/entry_name.h"

namespace penstock {
namespace {

constexpr size_t kLinkBytes = 2 + 2 + 1 + Cid::kBinaryBytes;  // tag 42, byte string, zero byte, CID

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "metadata entry", std::move(why));
}

std::string mode_fault(const MetaEntry& entry) {
  if (entry.mode > 0177777) return "its mode has more than 16 bits";
  switch (entry.mode & kModeType) {
    case kModeSocket:
    case kModeSymlink:
    case kModeFile:
    case kModeBlockDevice:
    case kModeDirectory:
    case kModeCharacterDevice:
    case kModeFifo:
      return {};
    default:
      return "its mode is of no kind of file";
  }
}

std::string xattr_fault(const Xattr& attribute) {
  if (attribute.name.empty() || attribute.name.size() > kXattrNameBytesMax)
    return "an attribute whose name has not 1 to 255 bytes";
  if (attribute.name.find('\0') != std::string::npos) return "an attribute whose name has a NUL byte in it";
  if (const Cid* cid = std::get_if<Cid>(&attribute.value))
    return cid->codec == Multicodec::raw ? "" : "an attribute whose value is no raw block";
  const auto& value = std::get<std::vector<uint8_t>>(attribute.value);
  return value.size() <= kXattrInlineBytesMax ? "" : "an attribute of over 256 bytes that is no block";
}

std::string xattrs_fault(const std::vector<Xattr>& attributes) {
  size_t bytes = cbor_head_bytes(attributes.size());
  for (size_t i = 0; i < attributes.size(); ++i) {
    if (std::string why = xattr_fault(attributes[i]); !why.empty()) return why;
    if (i > 0 && attributes[i - 1].name >= attributes[i].name)
      return "attributes that are out of order, or one that stands twice";
    bytes += xattr_bytes(attributes[i]);
  }
  return bytes <= kXattrsBytesMax ? "" : "attributes of over 524,288 bytes";
}

// Fields that belong to one kind alone.
std::string kind_fault(const MetaEntry& entry) {
  const uint32_t type = entry.mode & kModeType;
  const bool is_device = type == kModeBlockDevice || type == kModeCharacterDevice;
  if (entry.device.has_value() != is_device)
    return is_device ? "a device without its number" : "a device number of what is no device";
  if (entry.list.has_value() != (type == kModeDirectory))
    return entry.list ? "a list of what is no directory" : "a directory without its list";
  if (entry.list && entry.list->codec != Multicodec::dag_cbor) return "a list that is no dag-cbor block";
  if (entry.size != 0 && type != kModeFile) return "a size of what is no regular file";
  if (entry.hard_link.empty()) return {};
  if (type == kModeDirectory) return "a hard link to a directory";
  return hard_link_path_fault(entry.hard_link);
}

Result<FileTime> take_time(CborReader& from) {
  FileTime time;
  PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
  if (parts != 2) return malformed("a time that has not 2 parts");
  PENSTOCK_TRY_ASSIGN(time.seconds, from.integer());
  PENSTOCK_TRY_ASSIGN(const uint64_t nanoseconds, from.natural(kNanosecondsMax));
  time.nanoseconds = static_cast<uint32_t>(nanoseconds);
  return time;
}

Result<DeviceNumber> take_device(CborReader& from) {
  PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
  if (parts != 2) return malformed("a device number that has not 2 parts");
  PENSTOCK_TRY_ASSIGN(const uint64_t major, from.natural(UINT32_MAX));
  PENSTOCK_TRY_ASSIGN(const uint64_t minor, from.natural(UINT32_MAX));
  return DeviceNumber{static_cast<uint32_t>(major), static_cast<uint32_t>(minor)};
}

Result<std::vector<Xattr>> take_xattrs(CborReader& from) {
  PENSTOCK_TRY_ASSIGN(const size_t count, from.array());
  if (count == 0) return malformed("a field that says its default");
  std::vector<Xattr> attributes;
  for (size_t i = 0; i < count; ++i) {
    PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
    if (parts != 2) return malformed("an attribute that has not 2 parts");
    Xattr attribute;
    PENSTOCK_TRY_ASSIGN(const Bytes name, from.bytes());
    attribute.name = as_text(name);
    if (from.next() == CborReader::Kind::link) {
      PENSTOCK_TRY_ASSIGN(attribute.value, from.link());
    } else {
      PENSTOCK_TRY_ASSIGN(const Bytes value, from.bytes());
      attribute.value = std::vector<uint8_t>(value.begin(), value.end());
    }
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

// A number that stands only where it is not 0.
Result<uint64_t> take_not_zero(CborReader& from, uint64_t max) {
  PENSTOCK_TRY_ASSIGN(const uint64_t value, from.natural(max));
  if (value == 0) return malformed("a field that says its default");
  return value;
}

Status take_field(CborReader& from, std::string_view key, MetaEntry& entry) {
  if (key.size() != 1) return malformed("a field that is unknown");
  switch (key[0]) {
    case 'a': {
      PENSTOCK_TRY_ASSIGN(entry.xattrs, take_xattrs(from));
      return {};
    }
    case 'd': {
      PENSTOCK_TRY_ASSIGN(entry.device, take_device(from));
      return {};
    }
    case 'g': {
      PENSTOCK_TRY_ASSIGN(const uint64_t gid, take_not_zero(from, kOwnerMax));
      entry.gid = static_cast<uint32_t>(gid);
      return {};
    }
    case 'h': {
      PENSTOCK_TRY_ASSIGN(const Bytes path, from.bytes());
      if (path.empty()) return malformed("a field that says its default");
      entry.hard_link = as_text(path);
      return {};
    }
    case 'l': {
      PENSTOCK_TRY_ASSIGN(entry.list, from.link());
      return {};
    }
    case 'm': {
      PENSTOCK_TRY_ASSIGN(const uint64_t mode, from.natural(UINT32_MAX));
      entry.mode = static_cast<uint32_t>(mode);
      return {};
    }
    case 'n': {
      PENSTOCK_TRY_ASSIGN(const Bytes name, from.bytes());
      entry.name = as_text(name);
      return {};
    }
    case 's': {
      PENSTOCK_TRY_ASSIGN(entry.size, take_not_zero(from, UINT64_MAX));
      return {};
    }
    case 't': {
      PENSTOCK_TRY_ASSIGN(entry.mtime, take_time(from));
      return {};
    }
    case 'u': {
      PENSTOCK_TRY_ASSIGN(const uint64_t uid, take_not_zero(from, kOwnerMax));
      entry.uid = static_cast<uint32_t>(uid);
      return {};
    }
    default:
      return malformed("a field that is unknown");
  }
}

}  // namespace

bool has_content(const MetaEntry& entry) {
  const uint32_t type = entry.mode & kModeType;
  return type == kModeFile || type == kModeDirectory || type == kModeSymlink;
}

size_t xattr_bytes(const Xattr& attribute) {
  const size_t name = cbor_head_bytes(attribute.name.size()) + attribute.name.size();
  if (std::holds_alternative<Cid>(attribute.value)) return 1 + name + kLinkBytes;
  const size_t value = std::get<std::vector<uint8_t>>(attribute.value).size();
  return 1 + name + cbor_head_bytes(value) + value;
}

std::string hard_link_path_fault(std::string_view path) {
  if (path.size() > kHardLinkPathBytesMax) return "a hard link to a path of over 65,536 bytes";
  while (true) {
    const size_t end = path.find('/');
    if (!entry_name_fault(path.substr(0, end)).empty()) return "a hard link to a path that leads elsewhere";
    if (end == std::string_view::npos) return {};
    path.remove_prefix(end + 1);
  }
}

std::string meta_entry_fault(const MetaEntry& entry) {
  if (std::string why = entry_name_fault(entry.name); !why.empty()) return why;
  if (std::string why = mode_fault(entry); !why.empty()) return why;
  if (entry.uid > kOwnerMax || entry.gid > kOwnerMax) return "an owner that is none";
  if (entry.mtime.nanoseconds > kNanosecondsMax) return "a time of over 999,999,999 ns";
  if (std::string why = kind_fault(entry); !why.empty()) return why;
  return xattrs_fault(entry.xattrs);
}

Status append_meta_entry(std::vector<uint8_t>& block, const MetaEntry& entry) {
  if (std::string why = meta_entry_fault(entry); !why.empty())
    return fail(Errc::usage, "'" + printable(entry.name) + "'", "its metadata cannot be kept: " + why);
  CborWriter to(block);
  to.map(size_t{3} + (entry.xattrs.empty() ? 0 : 1) + (entry.device ? 1 : 0) + (entry.gid != 0 ? 1 : 0) +
         (entry.hard_link.empty() ? 0 : 1) + (entry.list ? 1 : 0) + (entry.size != 0 ? 1 : 0) +
         (entry.uid != 0 ? 1 : 0));
  if (!entry.xattrs.empty()) {
    to.text("a");
    to.array(entry.xattrs.size());
    for (const Xattr& attribute : entry.xattrs) {
      to.array(2);
      to.bytes(as_bytes(attribute.name));
      if (const Cid* cid = std::get_if<Cid>(&attribute.value)) {
        to.link(*cid);
      } else {
        to.bytes(std::get<std::vector<uint8_t>>(attribute.value));
      }
    }
  }
  if (entry.device) {
    to.text("d");
    to.array(2);
    to.natural(entry.device->major);
    to.natural(entry.device->minor);
  }
  const auto natural = [&to](std::string_view key, uint64_t value) {
    to.text(key);
    to.natural(value);
  };
  if (entry.gid != 0) natural("g", entry.gid);
  if (!entry.hard_link.empty()) {
    to.text("h");
    to.bytes(as_bytes(entry.hard_link));
  }
  if (entry.list) {
    to.text("l");
    to.link(*entry.list);
  }
  natural("m", entry.mode);
  to.text("n");
  to.bytes(as_bytes(entry.name));
  if (entry.size != 0) natural("s", entry.size);
  to.text("t");
  to.array(2);
  to.integer(entry.mtime.seconds);
  to.natural(entry.mtime.nanoseconds);
  if (entry.uid != 0) natural("u", entry.uid);
  return {};
}

Result<MetaEntry> take_meta_entry(CborReader& from) {
  MetaEntry entry;
  PENSTOCK_TRY_ASSIGN(const size_t fields, from.map());
  std::string_view before;
  unsigned required = 0;
  for (size_t i = 0; i < fields; ++i) {
    PENSTOCK_TRY_ASSIGN(before, from.key(before));
    PENSTOCK_TRY(take_field(from, before, entry));
    required += before == "m" || before == "n" || before == "t" ? 1 : 0;
  }
  if (required != 3) return malformed("it has not all of mode, name and time");
  if (std::string why = meta_entry_fault(entry); !why.empty()) return malformed(std::move(why));
  return entry;
}

}  // namespace penstock
