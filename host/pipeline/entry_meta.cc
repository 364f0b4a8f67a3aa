// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_meta.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "dag/cbor_writer.h"
#include "dag/cid.h"
#include "dag/entry_name.h"

namespace penstock {
namespace {

// 2^32 - 1 is no owner: of a file that has it nothing better can be said than nobody's number.
uint32_t owner(uint32_t id) {
  return std::min(id, kOwnerMax);
}

// Leaves out `attribute` where it is too large, alone or with those before it.
void add_xattr(EntryMeta& meta, FileXattr attribute, size_t& bytes, std::string& fault) {
  Xattr kept{.name = std::move(attribute.name), .value = {}};
  const bool is_long = attribute.value.size() > kXattrInlineBytesMax;
  if (is_long) {
    kept.value = cid_of(Multicodec::raw, attribute.value);
  } else {
    kept.value = attribute.value;
  }
  bytes += xattr_bytes(kept);
  const bool fits = bytes <= kXattrsBytesMax && attribute.value.size() <= kXattrValueBytesMax;
  if (!fits || kept.name.size() > kXattrNameBytesMax) {
    bytes -= xattr_bytes(kept);
    if (fault.empty()) fault = "its attribute " + printable(kept.name) + " is left out: too large";
    return;
  }
  if (is_long) meta.long_values.push_back(std::move(attribute.value));
  meta.entry.xattrs.push_back(std::move(kept));
}

}  // namespace

FileTime file_time(const timespec& time) {
  return {time.tv_sec, static_cast<uint32_t>(time.tv_nsec)};
}

EntryMeta entry_meta(const std::string& name, const FileStatus& status, std::vector<FileXattr> xattrs,
                     std::string& fault) {
  EntryMeta meta;
  meta.entry.name = name;
  meta.entry.mode = status.mode;
  meta.entry.uid = owner(status.uid);
  meta.entry.gid = owner(status.gid);
  meta.entry.mtime = file_time(status.mtime);
  const uint32_t type = status.mode & kModeType;
  if (type == kModeBlockDevice || type == kModeCharacterDevice)
    meta.entry.device = DeviceNumber{status.special_major, status.special_minor};
  if (status.settled) meta.item.mark = ScanMark{.inode = status.inode, .ctime = file_time(status.ctime)};
  size_t bytes = cbor_head_bytes(kXattrsBytesMax);
  for (FileXattr& attribute : xattrs) add_xattr(meta, std::move(attribute), bytes, fault);
  meta.device = status.device;
  meta.inode = status.inode;
  meta.links = status.links;
  meta.size = type == kModeFile ? status.size : 0;
  meta.ctime = file_time(status.ctime);
  return meta;
}

}  // namespace penstock
