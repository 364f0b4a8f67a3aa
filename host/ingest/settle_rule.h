// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <cstdint>

namespace penstock {

// How long an entry has to have been left alone by default. Linux sets a file's times when a write begins,
// and the bytes come later (mm/filemap.c: file_update_time before the copy); a page of a shared mapping takes
// stores without a sign until it is written back, some 35 s at most by default (vm.dirty_expire_centisecs and
// vm.dirty_writeback_centisecs).
inline constexpr unsigned kSettleSeconds = 60;
inline constexpr unsigned kSettleSecondsMax = 1'000'000;

// When an entry is settled: whatever changes it from now on gives it another time. A write that is under way
// may have set its times already, and changes within the grain of a file system's clock may share one, so an
// entry that changed lately is not. Tests take a clock of their own. Any thread.
class SettleRule {
 public:
  // `seconds` 0 relies on the grain alone: for what is not written to, as a snapshot of a file system that
  // was frozen or unmounted for it: another may hold half of a write, however old it is.
  explicit SettleRule(unsigned seconds = kSettleSeconds) : seconds_(seconds) {}
  virtual ~SettleRule() = default;
  // To be asked before the entry is looked at: the kernel's clock for file times.
  virtual timespec now() const;
  // How far apart two changes must be to be sure of different times, where `mtime` and `ctime` are one's;
  // `fs_magic`: statfs(2)'s f_type of its file system, 0 where that is not known.
  virtual timespec grain(const timespec& mtime, const timespec& ctime, uint64_t fs_magic) const;
  // Of what was looked at after `before`. Never on a file system that is an image made as a whole (squashfs,
  // ISO 9660 and the like): another image may have other content under the same inode numbers and times.
  bool settled(const timespec& mtime, const timespec& ctime, uint64_t fs_magic, const timespec& before) const;

 private:
  unsigned seconds_;
};

// The system's clock and grains, a tick of the kernel; 2 s where times have no nanoseconds, or where the file
// system is none of the local ones whose clock that is. All that with kSettleSeconds.
const SettleRule& system_settle_rule();

}  // namespace penstock
