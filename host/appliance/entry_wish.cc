// SPDX-License-Identifier: Apache-2.0
#include "appliance/entry_wish.h"

#include "dag/object_info.h"

namespace penstock {

Result<uint64_t> entry_bytes(BlockSource& source, const TreeEntry& entry) {
  if (entry.meta) return entry.meta->size;
  if (!entry.content) return 0;
  if (entry.content->codec == Multicodec::raw && entry.dag_bytes > 0) return entry.dag_bytes;
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(source, *entry.content));
  return info.content_bytes;
}

Result<bool> EntryWish::met_by(BlockSource& source, const TreeEntry& entry, EntryKind found,
                               std::string_view path) const {
  if (kind && found != *kind) return false;
  if (!pattern.matches_itself(path)) return false;
  if (newer || older) {
    if (!entry.meta) return false;
    const FileTime& mtime = entry.meta->mtime;
    if (newer && mtime < FileTime{*newer, 0}) return false;
    if (older && mtime > FileTime{*older, 0}) return false;
  }
  if (!larger && !smaller) return true;
  if (found != EntryKind::file) return false;
  PENSTOCK_TRY_ASSIGN(const uint64_t bytes, entry_bytes(source, entry));
  return (!larger || bytes > *larger) && (!smaller || bytes < *smaller);
}

}  // namespace penstock
