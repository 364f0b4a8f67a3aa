// SPDX-License-Identifier: Apache-2.0
#include "ingest/settle_rule.h"

#include <linux/magic.h>

namespace penstock {
namespace {

// Of <linux/magic.h> where it has them; the others are in statfs(2).
constexpr uint64_t kCifsMagic = 0xff534d42;
constexpr uint64_t kFuseMagic = 0x65735546;

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

bool is_coarse(uint64_t fs_magic) {
  switch (fs_magic) {
    case 0:
    case MSDOS_SUPER_MAGIC:
    case EXFAT_SUPER_MAGIC:
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case kCifsMagic:
    case V9FS_MAGIC:
    case kFuseMagic:
    case CEPH_SUPER_MAGIC:
    case AFS_SUPER_MAGIC:
    case AFS_FS_MAGIC:
    case CODA_SUPER_MAGIC:
      return true;
    default:
      return false;
  }
}

}  // namespace

timespec SettleRule::now() const {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now;
}

timespec SettleRule::grain(const timespec& mtime, const timespec& ctime, uint64_t fs_magic) const {
  if (is_coarse(fs_magic) || (mtime.tv_nsec == 0 && ctime.tv_nsec == 0)) return kCoarse;
  timespec tick{};
  clock_getres(CLOCK_REALTIME_COARSE, &tick);
  return tick;
}

bool SettleRule::settled(const timespec& mtime, const timespec& ctime, uint64_t fs_magic,
                         const timespec& before) const {
  const timespec newest = earlier(mtime, ctime) ? ctime : mtime;
  return earlier(newest, difference(before, grain(mtime, ctime, fs_magic)));
}

const SettleRule& system_settle_rule() {
  static const SettleRule rule;
  return rule;
}

}  // namespace penstock
