// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restored_check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/limits.h"
#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "dag/object_info.h"
#include "hash/sha256.h"
#include "pipeline/restore_course.h"
#include "pipeline/restore_stage.h"

namespace penstock {
namespace {

// Whether `fd` has as many bytes there as `into` takes; these.
Result<bool> read_at(int fd, MutableBytes into, uint64_t offset) {
  for (size_t done = 0; done < into.size();) {
    const ssize_t bytes =
        pread(fd, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return fail_errno("read back");
    if (bytes == 0) return false;
    done += static_cast<size_t>(bytes);
  }
  return true;
}

}  // namespace

RestoredCheck::RestoredCheck(BlockSource& source, const RestoreSelection& selection,
                             std::function<void(const std::string& path, const Error&)> differs)
    : source_(&source), selection_(&selection), differs_(std::move(differs)), buffer_(kBlockBytesMax) {}

Status RestoredCheck::difference(const std::string& path, const std::string& why) {
  ++differences_;
  differs_(path, {Errc::corrupt, "entry", why, "see that the disk is sound, and restore again"});
  return {};
}

// What is damaged in the store has been named when it was restored.
Status RestoredCheck::check(int directory, const std::string& path, const TreeDirectory& tree, size_t depth) {
  if (depth > kDirectoryDepthMax) return {};
  auto cursor = TreeCursor::open(*source_, tree, [](const Error&) {});
  if (!cursor) return is_damage(cursor.error()) ? Status() : Status(Failure(cursor.error()));
  while (true) {
    auto next = cursor->next();
    if (!next) return is_damage(next.error()) ? Status() : Status(Failure(next.error()));
    if (!*next) return {};
    const TreeEntry& entry = **next;
    const std::string below = path.empty() ? entry.name : path + "/" + entry.name;
    if (!selection_->takes(below) && !selection_->may_take_below(below)) continue;
    PENSTOCK_TRY(check_entry(directory, entry.name, below, entry, depth));
  }
}

Status RestoredCheck::check_entry(int directory, const std::string& name, const std::string& path,
                                  const TreeEntry& entry, size_t depth) {
  if (!entry.content) return {};  // what could not be made has been counted
  ObjectInfo info;
  if (entry.content->codec != Multicodec::raw) {
    Result<ObjectInfo> inspected = inspect(*source_, *entry.content);
    if (!inspected) return is_damage(inspected.error()) ? Status() : Status(Failure(inspected.error()));
    info = std::move(*inspected);
  }
  const bool taken = path.empty() || selection_->takes(path);
  if (info.kind == ObjectKind::directory) {
    struct stat status {};
    if (!taken && fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
    const auto inside = open_beneath(directory, name, O_RDONLY | O_DIRECTORY, 0, path);
    if (!inside) return difference(path, "is no directory that can be read: " + inside.error().why);
    return check(inside->number(), path, entry.directory(), depth + 1);
  }
  if (!taken) return {};
  ++entries_checked_;
  if (info.kind == ObjectKind::file) return check_file(directory, name, path, *entry.content);
  std::string target(info.target.size() + 1, '\0');
  const ssize_t bytes = readlinkat(directory, name.c_str(), target.data(), target.size());
  const bool same = bytes >= 0 && target.substr(0, static_cast<size_t>(bytes)) == info.target;
  return same ? Status() : difference(path, "is not the symlink that it should be");
}

Status RestoredCheck::check_file(int directory, const std::string& name, const std::string& path,
                                 const Cid& cid) {
  FileWalker walker(*source_);
  const Result<uint64_t> size = walker.open(cid);
  if (!size) return is_damage(size.error()) ? Status() : Status(Failure(size.error()));
  const auto file = open_beneath(directory, name, O_RDONLY | O_NONBLOCK, 0, path);
  if (!file) return difference(path, "cannot be read back: " + file.error().why);
  struct stat status {};
  if (fstat(file->number(), &status) != 0) return fail_errno(path);
  if (!S_ISREG(status.st_mode) || static_cast<uint64_t>(status.st_size) != *size)
    return difference(path, "has another size than it should have");
  // What stands in memory alone says nothing of the disk.
  (void)fdatasync(file->number());
  (void)posix_fadvise(file->number(), 0, 0, POSIX_FADV_DONTNEED);
  while (true) {
    const auto extent = walker.next();
    if (!extent) return is_damage(extent.error()) ? Status() : Status(Failure(extent.error()));
    if (!*extent) return {};
    PENSTOCK_TRY_ASSIGN(const bool same, same_extent(file->number(), **extent));
    if (!same)
      return difference(
          path, "differs from the commit at byte " + std::to_string((*extent)->file_offset) + " or behind");
  }
}

Result<bool> RestoredCheck::same_extent(int fd, const FileExtent& extent) {
  if (extent.kind == FileExtent::Kind::leaf) {
    if (extent.length > buffer_.size()) return false;  // no block is so long
    const MutableBytes bytes = MutableBytes(buffer_).first(extent.length);
    PENSTOCK_TRY_ASSIGN(const bool there, read_at(fd, bytes, extent.file_offset));
    return there && sha256(bytes) == extent.leaf.digest;
  }
  for (uint64_t done = 0; done < extent.length;) {
    const MutableBytes bytes =
        MutableBytes(buffer_).first(std::min<uint64_t>(buffer_.size(), extent.length - done));
    // A hole needs no reading.
    const off_t data = lseek(fd, static_cast<off_t>(extent.file_offset + done), SEEK_DATA);
    if (extent.kind == FileExtent::Kind::zeros &&
        (data < 0 ? errno == ENXIO : static_cast<uint64_t>(data) >= extent.file_offset + extent.length))
      return true;
    PENSTOCK_TRY_ASSIGN(const bool there, read_at(fd, bytes, extent.file_offset + done));
    const bool same = extent.kind == FileExtent::Kind::zeros
                          ? std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; })
                          : std::ranges::equal(bytes, extent.bytes.subspan(done, bytes.size()));
    if (!there || !same) return false;
    done += bytes.size();
  }
  return true;
}

}  // namespace penstock
