// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <cstdint>

namespace penstock {

// When an entry is settled: whatever changes it from now on gives it another time. Changes within the grain
// of a file system's clock may share one, so an entry that changed so lately is not. Tests take a clock of
// their own. Any thread.
class SettleRule {
 public:
  virtual ~SettleRule() = default;
  // To be asked before the entry is looked at: the kernel's clock for file times.
  virtual timespec now() const;
  // How far apart two changes must be to be sure of different times, where `mtime` and `ctime` are one's;
  // `fs_magic`: statfs(2)'s f_type of its file system, 0 where that is not known.
  virtual timespec grain(const timespec& mtime, const timespec& ctime, uint64_t fs_magic) const;
  // Of what was looked at after `before`.
  bool settled(const timespec& mtime, const timespec& ctime, uint64_t fs_magic, const timespec& before) const;
};

// The system's clock and grains: a tick of the kernel; 2 s where times have no nanoseconds, or where the file
// system is FAT, a network's, or a program's (FUSE).
const SettleRule& system_settle_rule();

}  // namespace penstock
