// SPDX-License-Identifier: Apache-2.0
#include "ingest/settle_rule.h"

#include <linux/magic.h>

namespace penstock {
namespace {

// What <linux/magic.h> lacks, from statfs(2) and the file systems' own sources.
constexpr uint64_t kBcachefsMagic = 0xca451a4e;
constexpr uint64_t kFuseMagic = 0x65735546;
constexpr uint64_t kJfsMagic = 0x3153464a;
constexpr uint64_t kRomfsMagic = 0x7275;
constexpr uint64_t kZfsMagic = 0x2fc12fc1;

constexpr timespec kCoarse{2, 0};

bool earlier(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

timespec difference(const timespec& a, const timespec& b) {
  constexpr long kSecond = 1'000'000'000;
  timespec result{a.tv_sec - b.tv_sec, a.tv_nsec - b.tv_nsec};
  if (result.tv_nsec < 0) result = {result.tv_sec - 1, result.tv_nsec + kSecond};
  return result;
}

// Times there are the kernel's coarse clock's, in nanoseconds.
bool is_fine(uint64_t fs_magic) {
  switch (fs_magic) {
    case BTRFS_SUPER_MAGIC:
    case EXT4_SUPER_MAGIC:  // and ext2 and ext3
    case F2FS_SUPER_MAGIC:
    case RAMFS_MAGIC:
    case TMPFS_MAGIC:
    case XFS_SUPER_MAGIC:
    case kBcachefsMagic:
    case kJfsMagic:
    case kZfsMagic:
      return true;
    default:
      return false;
  }
}

bool is_image(uint64_t fs_magic) {
  switch (fs_magic) {
    case CRAMFS_MAGIC:
    case CRAMFS_MAGIC_WEND:
    case EROFS_SUPER_MAGIC_V1:
    case ISOFS_SUPER_MAGIC:
    case SQUASHFS_MAGIC:
    case UDF_SUPER_MAGIC:
    case kRomfsMagic:
      return true;
    default:
      return false;
  }
}

// Shows the times and inode numbers of other file systems, an image's too: those have whole seconds, and all
// times of an entry are one.
bool may_show_image(uint64_t fs_magic, const timespec& mtime, const timespec& ctime) {
  const bool passes_on = fs_magic == OVERLAYFS_SUPER_MAGIC || fs_magic == kFuseMagic;
  return passes_on && mtime.tv_nsec == 0 && ctime.tv_nsec == 0 && mtime.tv_sec == ctime.tv_sec;
}

}  // namespace

timespec SettleRule::now() const {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now;
}

timespec SettleRule::grain(const timespec& mtime, const timespec& ctime, uint64_t fs_magic) const {
  if (!is_fine(fs_magic) || (mtime.tv_nsec == 0 && ctime.tv_nsec == 0)) return kCoarse;
  timespec tick{};
  clock_getres(CLOCK_REALTIME_COARSE, &tick);
  return tick;
}

bool SettleRule::settled(const timespec& mtime, const timespec& ctime, uint64_t fs_magic,
                         const timespec& before) const {
  if (is_image(fs_magic) || may_show_image(fs_magic, mtime, ctime)) return false;
  const timespec quiet{static_cast<time_t>(seconds_), 0};
  const timespec apart = grain(mtime, ctime, fs_magic);
  const timespec newest = earlier(mtime, ctime) ? ctime : mtime;
  return earlier(newest, difference(before, earlier(apart, quiet) ? quiet : apart));
}

const SettleRule& system_settle_rule() {
  static const SettleRule rule;
  return rule;
}

}  // namespace penstock
