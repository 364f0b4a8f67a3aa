// SPDX-License-Identifier: Apache-2.0
#include "dag/entry_kind.h"

#include "dag/meta_entry.h"
#include "dag/object_info.h"

namespace penstock {

std::string_view entry_kind_text(EntryKind kind) {
  switch (kind) {
    case EntryKind::file:
      return "file";
    case EntryKind::directory:
      return "directory";
    case EntryKind::symlink:
      return "symlink";
    case EntryKind::fifo:
      return "fifo";
    case EntryKind::socket:
      return "socket";
    case EntryKind::block_device:
      return "block-device";
    case EntryKind::character_device:
      return "character-device";
    case EntryKind::other:
      break;
  }
  return "other";
}

EntryKind kind_of_mode(uint32_t mode) {
  switch (mode & kModeType) {
    case kModeFile:
      return EntryKind::file;
    case kModeDirectory:
      return EntryKind::directory;
    case kModeSymlink:
      return EntryKind::symlink;
    case kModeFifo:
      return EntryKind::fifo;
    case kModeSocket:
      return EntryKind::socket;
    case kModeBlockDevice:
      return EntryKind::block_device;
    case kModeCharacterDevice:
      return EntryKind::character_device;
    default:
      return EntryKind::other;
  }
}

Result<EntryKind> entry_kind(BlockSource& source, const TreeEntry& entry) {
  if (entry.meta) return kind_of_mode(entry.meta->mode);
  if (!entry.content) return EntryKind::other;
  if (entry.content->codec == Multicodec::raw) return EntryKind::file;
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(source, *entry.content));
  switch (info.kind) {
    case ObjectKind::file:
      return EntryKind::file;
    case ObjectKind::directory:
      return EntryKind::directory;
    case ObjectKind::symlink:
      return EntryKind::symlink;
    case ObjectKind::commit:
    case ObjectKind::dag_cbor:
      break;
  }
  return EntryKind::other;
}

}  // namespace penstock
