// SPDX-License-Identifier: Apache-2.0
#include "mount/node_status.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/limits.h"
#include "dag/hard_link_list.h"
#include "dag/murmur3.h"
#include "dag/object_info.h"

namespace penstock {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr uint64_t kNeverReserved = 2;  // so that no number is 0 or the root's
constexpr uint64_t kStatusBlockBytes = 512;
constexpr blksize_t kReadBytes = 131072;
constexpr uint64_t kPageBytes = 4096;
// Of one file, looked at for holes: some 256 MiB of data, and holes of any size.
constexpr size_t kExtentsMax = 4096;

Result<uint64_t> content_bytes(MountReader& reader, const Cid& cid) {
  if (cid.codec == Multicodec::raw) {
    PENSTOCK_TRY_ASSIGN(const uint32_t bytes, reader.blocks->block_bytes(cid.digest));
    return bytes;
  }
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(*reader.blocks, cid));
  return info.kind == ObjectKind::symlink ? info.target.size() : info.content_bytes;
}

uint64_t status_blocks(uint64_t bytes) {
  return bytes / kStatusBlockBytes + (bytes % kStatusBlockBytes != 0 ? 1 : 0);
}

// What a file takes that is restored with its holes. Of one with too much to look at, what may be holes
// counts as data but for one block, so that whoever copies it asks where its holes are.
Result<uint64_t> occupied_blocks(MountReader& reader, const Cid& file, uint64_t bytes) {
  if (file.codec == Multicodec::raw) {
    const bool pages = bytes % kPageBytes == 0 && bytes <= kBlockBytesMax;
    const bool zeros = pages && reader.zeros.digest(static_cast<uint32_t>(bytes)) == file.digest;
    return zeros ? 0 : status_blocks(bytes);
  }
  PENSTOCK_TRY(reader.files.open(file));
  uint64_t data_bytes = bytes;
  for (size_t looked = 0; looked < kExtentsMax; ++looked) {
    PENSTOCK_TRY_ASSIGN(const std::optional<FileExtent> extent, reader.files.next());
    if (!extent) return status_blocks(data_bytes);
    if (extent->kind == FileExtent::Kind::zeros) data_bytes -= std::min(extent->length, data_bytes);
  }
  return std::min(status_blocks(data_bytes), std::max<uint64_t>(bytes / kStatusBlockBytes, 1) - 1);
}

timespec time_of(const FileTime& time) {
  return {.tv_sec = time.seconds, .tv_nsec = static_cast<long>(time.nanoseconds)};
}

timespec time_of(int64_t time_ns) {
  return {.tv_sec = time_ns / kSecond, .tv_nsec = static_cast<long>(std::max<int64_t>(time_ns % kSecond, 0))};
}

mode_t mode_without_metadata(EntryKind kind) {
  switch (kind) {
    case EntryKind::directory:
      return S_IFDIR | 0555;
    case EntryKind::symlink:
      return S_IFLNK | 0777;
    default:
      return S_IFREG | 0444;
  }
}

void set_metadata(struct stat& status, const MetaEntry& meta) {
  status.st_mode = meta.mode;
  status.st_uid = meta.uid;
  status.st_gid = meta.gid;
  status.st_mtim = time_of(meta.mtime);
  if (meta.device) status.st_rdev = makedev(meta.device->major, meta.device->minor);
}

Result<uint64_t> names_of(const MountNode& node, MountReader& reader) {
  if (node.entry_kind == EntryKind::directory || !node.entry.meta || !node.tree->meta) return 1;
  const std::string& first = node.entry.meta->hard_link;
  return count_hard_links(*reader.blocks, node.tree->meta->hard_links, first.empty() ? node.path : first);
}

Status set_size(struct stat& status, const MountNode& node, MountReader& reader) {
  const TreeEntry& entry = node.entry;
  if (!entry.content || node.entry_kind == EntryKind::directory) return {};
  Result<uint64_t> bytes = content_bytes(reader, *entry.content);
  const bool whole = bytes.has_value();
  if (!bytes && entry.meta) bytes = entry.meta->size;
  if (!bytes) {
    Error error = std::move(bytes).error();
    if (error.code == Errc::absent) error.code = Errc::corrupt;  // the name is there
    return Failure(std::move(error));
  }
  status.st_size = static_cast<off_t>(std::min<uint64_t>(*bytes, std::numeric_limits<off_t>::max()));
  Result<uint64_t> blocks = status_blocks(*bytes);
  if (whole && node.entry_kind == EntryKind::file) blocks = occupied_blocks(reader, *entry.content, *bytes);
  status.st_blocks = static_cast<blkcnt_t>(blocks ? *blocks : status_blocks(*bytes));
  return {};
}

}  // namespace

uint64_t inode_below(uint64_t directory_inode, std::string_view name) {
  std::string text(reinterpret_cast<const char*>(&directory_inode), sizeof directory_inode);
  text += name;
  return murmur3_x64_64(as_bytes(text)) | kNeverReserved;
}

uint64_t commit_inode(const Cid& commit) {
  return load_le<uint64_t>(commit.digest.bytes.data()) | kNeverReserved;
}

uint64_t inode_of_path(const CommitTree& tree, std::string_view path) {
  uint64_t inode = commit_inode(tree.cid);
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    inode = inode_below(inode, path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return inode;
}

Result<struct stat> node_status(const MountNode& node, const MountOwner& owner, MountReader& reader) {
  struct stat status {};
  status.st_ino = node.inode;
  status.st_nlink = 1;
  status.st_blksize = kReadBytes;
  status.st_uid = owner.uid;
  status.st_gid = owner.gid;
  if (node.kind != MountNode::Kind::entry) {
    status.st_mode = node.kind == MountNode::Kind::latest ? S_IFLNK | 0777 : S_IFDIR | 0555;
    return status;
  }
  status.st_mode = mode_without_metadata(node.entry_kind);
  status.st_mtim = time_of(node.tree->commit.time_ns);
  if (!node.around_root) {
    if (node.entry.meta) {
      set_metadata(status, *node.entry.meta);
    } else if (lacks_metadata(node)) {
      // What its metadata said cannot be read: that must not open it to others.
      status.st_mode &= ~static_cast<mode_t>(S_ISLNK(status.st_mode) ? 0 : 0077);
    }
    PENSTOCK_TRY(set_size(status, node, reader));
    // A list of links that is damaged is no reason to hide the file.
    if (const auto names = names_of(node, reader)) status.st_nlink = *names;
  }
  status.st_ctim = status.st_atim = status.st_mtim;
  return status;
}

}  // namespace penstock
