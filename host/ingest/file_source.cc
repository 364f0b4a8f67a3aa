// SPDX-License-Identifier: Apache-2.0
#include "ingest/file_source.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <limits>

#include "base/check.h"

namespace penstock {
namespace {

bool earlier(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

bool same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

timespec sum(const timespec& a, const timespec& b) {
  constexpr long kSecond = 1'000'000'000;
  const long nsec = a.tv_nsec + b.tv_nsec;
  return {a.tv_sec + b.tv_sec + nsec / kSecond, nsec % kSecond};
}

// A file written to in this very tick of the kernel's clock could be written to again without its times
// showing it. Waits for the tick to pass (some milliseconds; seldom) and looks again, so that changed() can
// trust them.
int settled_status(int fd, struct stat& status) {
  if (fstat(fd, &status) != 0) return errno;
  timespec now{};
  timespec tick{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  clock_getres(CLOCK_REALTIME_COARSE, &tick);
  const timespec newest = earlier(status.st_mtim, status.st_ctim) ? status.st_ctim : status.st_mtim;
  const bool in_this_tick = !earlier(newest, now) && earlier(newest, sum(now, tick));
  if (!in_this_tick) return 0;
  nanosleep(&tick, nullptr);
  return fstat(fd, &status) == 0 ? 0 : errno;
}

}  // namespace

Result<std::unique_ptr<FileSource>> FileSource::take(OwnedFd fd, std::string path) {
  struct stat status;
  if (const int error_number = settled_status(fd.get(), status); error_number != 0)
    return fail(Errc::partial, std::move(path), errno_text(error_number), errno_remedy(error_number));
  if (!S_ISREG(status.st_mode))
    return fail(Errc::partial, std::move(path), "is not a regular file",
                "put it when nothing else replaces it");
  return std::unique_ptr<FileSource>(new FileSource(std::move(fd), std::move(path), status));
}

FileSource::FileSource(OwnedFd fd, std::string path, const struct stat& at_open)
    : fd_(std::move(fd)),
      path_(std::move(path)),
      at_open_(at_open),
      seeks_holes_(size_at_open() >= kHoleBytesMin && at_open.st_blocks < at_open.st_size / 512),
      limit_(at_open.st_size > 0 ? at_open.st_size : std::numeric_limits<off_t>::max()),
      data_end_(seeks_holes_ ? 0 : limit_) {
  // What the kernel reads ahead by itself is enough for less.
  constexpr uint64_t kAdvisedBytesMin = 128 << 10;
  if (size_at_open() >= kAdvisedBytesMin)
    static_cast<void>(posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL));
}

Result<ReadResult> FileSource::read(MutableBytes into) {
  PENSTOCK_CHECK(!into.empty());
  ReadResult result;
  while (result.bytes < into.size() && offset_ < limit_) {
    if (offset_ >= hole_end_ && offset_ >= data_end_) PENSTOCK_TRY(find_data());
    if (offset_ < hole_end_) {
      if (result.bytes > 0) break;
      result.hole_bytes = static_cast<uint64_t>(hole_end_ - offset_);
      offset_ = hole_end_;
      break;
    }
    const auto wanted = static_cast<off_t>(into.size() - result.bytes);
    const auto bytes = static_cast<size_t>(std::min(wanted, data_end_ - offset_));
    const ssize_t got = pread(fd_.get(), into.data() + result.bytes, bytes, offset_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path_);
    if (got == 0) limit_ = offset_;
    result.bytes += static_cast<size_t>(got);
    offset_ += got;
  }
  return result;
}

// Sets hole_end_ where a hole worth reporting begins at offset_, and data_end_ to the end of the data that
// follow.
Status FileSource::find_data() {
  data_end_ = limit_;
  if (!seeks_holes_) return {};
  off_t data = lseek(fd_.get(), offset_, SEEK_DATA);
  if (data < 0 && errno == ENXIO) {
    struct stat now;
    if (fstat(fd_.get(), &now) != 0) return fail_errno(path_);
    data = now.st_size;
  }
  if (data < offset_) {
    seeks_holes_ = false;  // the file system cannot tell, or the file has shrunk: read on
    return {};
  }
  data = std::min(data, limit_);
  if (static_cast<uint64_t>(data - offset_) >= kHoleBytesMin) hole_end_ = data;
  if (data == limit_) return {};
  const off_t hole = lseek(fd_.get(), data, SEEK_HOLE);
  if (hole > data) data_end_ = std::min(hole, limit_);
  return {};
}

std::string FileSource::identity() const {
  return std::to_string(at_open_.st_dev) + ":" + std::to_string(at_open_.st_ino) + ":" +
         std::to_string(at_open_.st_size) + ":" + std::to_string(at_open_.st_mtim.tv_sec) + "." +
         std::to_string(at_open_.st_mtim.tv_nsec) + ":" + std::to_string(at_open_.st_ctim.tv_sec) + "." +
         std::to_string(at_open_.st_ctim.tv_nsec);
}

std::string FileSource::changed() {
  struct stat now;
  if (fstat(fd_.get(), &now) != 0) return "cannot be checked for changes: " + errno_text(errno);
  const auto sizes =
      " from " + std::to_string(at_open_.st_size) + " to " + std::to_string(now.st_size) + " bytes";
  if (now.st_size > at_open_.st_size) return "grew" + sizes + " while it was read";
  if (now.st_size < at_open_.st_size) return "shrank" + sizes + " while it was read";
  if (!same(now.st_mtim, at_open_.st_mtim)) return "was written to while it was read";
  if (!same(now.st_ctim, at_open_.st_ctim))
    return "was changed (content, owner, mode or links) while it was read";
  if (at_open_.st_size > 0 && offset_ != at_open_.st_size && !size_means_nothing())
    return "ended after " + std::to_string(offset_) + " of " + std::to_string(at_open_.st_size) + " bytes";
  return {};
}

// The files of the kernel's own file systems have content that no size announces.
bool FileSource::size_means_nothing() const {
  struct statfs file_system;
  if (fstatfs(fd_.get(), &file_system) != 0) return false;
  switch (static_cast<unsigned long>(file_system.f_type)) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
    case SECURITYFS_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
      return true;
    default:
      return false;
  }
}

}  // namespace penstock
