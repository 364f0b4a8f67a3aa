// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restored_file_check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/limits.h"
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

RestoredFileCheck::RestoredFileCheck(BlockSource& source, const RestoredMetadata& metadata)
    : source_(&source), metadata_(&metadata), buffer_(kBlockBytesMax) {}

Result<RestoredDifference> RestoredFileCheck::check(int directory, const std::string& name,
                                                    const RestoredFileEntry& file) {
  RestoredDifference difference;
  const auto opened = open_beneath(directory, name, O_RDONLY | O_NONBLOCK, 0, file.path);
  if (!opened) {
    difference.wrong = "cannot be read back: " + opened.error().why;
    return difference;
  }
  struct stat status {};
  if (fstat(opened->number(), &status) != 0) return fail_errno(file.path);
  if (!S_ISREG(status.st_mode)) {
    difference.wrong = "is not a file";
    return difference;
  }
  PENSTOCK_TRY_ASSIGN(difference.wrong,
                      compare_content(opened->number(), file.content, static_cast<uint64_t>(status.st_size)));
  if (!difference.wrong.empty() || !file.meta) return difference;
  PENSTOCK_TRY_ASSIGN(const MetadataDifference found,
                      metadata_->compare(opened->number(), false, status, *file.meta, file.path));
  if (!found.wrong.empty()) difference.wrong = "has not the metadata that it should have: " + found.wrong;
  difference.not_restorable = found.not_restorable;
  return difference;
}

// In words; empty: it is the same. What is damaged in the store has been named when it was restored.
Result<std::string> RestoredFileCheck::compare_content(int fd, const Cid& cid, uint64_t bytes) {
  FileWalker walker(*source_);
  const Result<uint64_t> size = walker.open(cid);
  if (!size) return is_damage(size.error()) ? Result<std::string>("") : Failure(size.error());
  if (bytes != *size) return "has another size than it should have";
  // What stands in memory alone says nothing of the disk.
  (void)fdatasync(fd);
  (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  while (true) {
    const auto extent = walker.next();
    if (!extent) return is_damage(extent.error()) ? Result<std::string>("") : Failure(extent.error());
    if (!*extent) return "";
    PENSTOCK_TRY_ASSIGN(const bool same, same_extent(fd, **extent));
    if (!same)
      return "differs from the commit at byte " + std::to_string((*extent)->file_offset) + " or behind";
  }
}

Result<bool> RestoredFileCheck::same_extent(int fd, const FileExtent& extent) {
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
